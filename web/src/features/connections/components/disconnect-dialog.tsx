"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import type { Connection, Disconnection } from "@/lib/model";
import { useDisconnect, useDisconnection } from "../queries";

interface DisconnectDialogProps {
  connection: Connection;
  name: string;
  onClose: () => void;
}

export function DisconnectDialog({ connection, name, onClose }: DisconnectDialogProps) {
  const t = useTranslations("connections");
  const app = useTranslations("app");
  const plan = useDisconnection(connection.id);
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent closeLabel={app("close")} data-testid="disconnect-dialog">
        <div className="grid gap-1">
          <DialogTitle>{t("disconnectTitle", { name })}</DialogTitle>
          <DialogDescription>{t("disconnectLead")}</DialogDescription>
        </div>
        {plan.isPending ? <Skeleton className="h-40 w-full rounded-md" /> : null}
        {plan.error ? <Problem error={plan.error} onRetry={() => void plan.refetch()} /> : null}
        {plan.data ? <Choice id={connection.id} plan={plan.data} name={name} onClose={onClose} /> : null}
      </DialogContent>
    </Dialog>
  );
}

interface ChoiceProps {
  id: string;
  plan: Disconnection;
  name: string;
  onClose: () => void;
}

function Choice({ id, plan, name, onClose }: ChoiceProps) {
  const t = useTranslations("connections");
  const [keepHistory, setKeepHistory] = useState(true);
  const disconnect = useDisconnect();
  const stops = plan.advertisers.filter((advertiser) => !advertiser.served_by);
  const confirm = () =>
    disconnect.mutate(
      { id, keepHistory },
      {
        onSuccess: () => {
          toast.success(t("disconnected", { name }));
          onClose();
        },
      },
    );
  return (
    <>
      <Effects plan={plan} />
      {stops.length ? <HistoryChoice keep={keepHistory} onChange={setKeepHistory} /> : null}
      <p className="text-muted-foreground text-xs">
        {t("amazonKeeps")}{" "}
        <a className="text-primary underline" href={plan.manage_access_url} target="_blank" rel="noreferrer">
          {t("amazonLink")}
        </a>
      </p>
      {disconnect.error ? <Problem error={disconnect.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button variant="outline" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button variant="destructive" disabled={disconnect.isPending} onClick={confirm}>
          {disconnect.isPending ? t("disconnecting") : t("disconnect")}
        </Button>
      </div>
    </>
  );
}

function Effects({ plan }: { plan: Disconnection }) {
  const t = useTranslations("connections");
  const stops = plan.advertisers.filter((advertiser) => !advertiser.served_by);
  const continues = plan.advertisers.length - stops.length;
  return (
    <div className="grid gap-1.5 text-[13px]" data-stops={stops.length} data-continues={continues}>
      <p className="font-medium">{t("disconnectStops", { count: stops.length })}</p>
      {stops.length ? (
        <ul className="max-h-36 overflow-y-auto rounded-md border px-3 py-2 text-xs" tabIndex={0}>
          {stops.map((advertiser) => (
            <li key={advertiser.advertiser_id} className="flex justify-between gap-3 py-0.5">
              <span className="truncate">{advertiser.name}</span>
              <span className="text-muted-foreground">{advertiser.brand_name ?? "–"}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {continues ? <p className="text-muted-foreground">{t("disconnectContinues", { count: continues })}</p> : null}
    </div>
  );
}

function HistoryChoice({ keep, onChange }: { keep: boolean; onChange: (keep: boolean) => void }) {
  const t = useTranslations("connections");
  const choices = [
    { value: true, title: "keepHistory", hint: "keepHistoryHint" },
    { value: false, title: "eraseHistory", hint: "eraseHistoryHint" },
  ] as const;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-[13px]">{t("historyChoice")}</legend>
      {choices.map(({ value, title, hint }) => (
        <label
          key={title}
          className="flex items-start gap-3 rounded-md border p-3 hover:bg-accent has-checked:border-primary has-checked:bg-accent"
        >
          <input
            type="radio"
            name="history"
            checked={keep === value}
            onChange={() => onChange(value)}
            className="mt-0.5 size-4 accent-primary"
          />
          <span>
            <span className="block font-medium text-[13px]">{t(title)}</span>
            <span className="block text-muted-foreground text-xs">{t(hint)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
