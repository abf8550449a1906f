"use client";

import { Plug } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import type { Region } from "@/lib/model";
import { useConnect } from "../queries";

const REGIONS = [
  { region: "NA", markets: "regionNA" },
  { region: "EU", markets: "regionEU" },
  { region: "FE", markets: "regionFE" },
] as const;

export function ConnectDialog() {
  const t = useTranslations("connections");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button data-testid="connect-amazon">
          <Plug aria-hidden />
          {t("connect")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")}>
        <div className="grid gap-1">
          <DialogTitle>{t("dialogTitle")}</DialogTitle>
          <DialogDescription>{t("dialogLead")}</DialogDescription>
        </div>
        <ConnectForm />
      </DialogContent>
    </Dialog>
  );
}

function ConnectForm() {
  const t = useTranslations("connections");
  const connect = useConnect();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const label = String(form.get("label") ?? "").trim();
    connect.mutate({ region: form.get("region") as Region, ...(label ? { label } : {}) });
  };
  const leaving = connect.isPending || connect.isSuccess;
  return (
    <form onSubmit={submit} className="grid gap-4">
      <RegionChoice />
      <div className="grid gap-1.5">
        <Label htmlFor="connection-label">{t("name")}</Label>
        <Input
          id="connection-label"
          name="label"
          maxLength={100}
          placeholder={t("namePlaceholder")}
          autoComplete="off"
        />
      </div>
      {connect.error ? <Problem error={connect.error} /> : null}
      <Button type="submit" size="lg" disabled={leaving}>
        {leaving ? t("redirecting") : t("continue")}
      </Button>
    </form>
  );
}

function RegionChoice() {
  const t = useTranslations("connections");
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-[13px]">{t("region")}</legend>
      {REGIONS.map(({ region, markets }, index) => (
        <label
          key={region}
          className="flex items-start gap-3 rounded-md border p-3 hover:bg-accent has-checked:border-primary has-checked:bg-accent"
        >
          <input
            type="radio"
            name="region"
            value={region}
            defaultChecked={index === 0}
            className="mt-0.5 size-4 accent-primary"
          />
          <span>
            <span className="block font-medium text-[13px]">{t(region)}</span>
            <span className="block text-muted-foreground text-xs">{t(markets)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
