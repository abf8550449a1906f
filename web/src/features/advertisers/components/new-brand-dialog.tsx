"use client";

import { type FormEvent, useId } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";

interface NewBrandDialogProps {
  advertiserName: string;
  open: boolean;
  busy: boolean;
  onOpenChange: (open: boolean) => void;
  onCreate: (name: string) => void;
}

export function NewBrandDialog({ advertiserName, open, busy, onOpenChange, onCreate }: NewBrandDialogProps) {
  const t = useTranslations("advertisers");
  const app = useTranslations("app");
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("brand") ?? "").trim();
    if (name) onCreate(name);
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{t("newBrandTitle", { name: advertiserName })}</DialogTitle>
        <DialogDescription>{t("newBrandLead")}</DialogDescription>
        <form onSubmit={submit} className="grid gap-3">
          <div className="grid gap-1.5">
            <Label htmlFor={id}>{t("brandName")}</Label>
            <Input id={id} name="brand" defaultValue={advertiserName} maxLength={200} required autoComplete="off" />
          </div>
          <Button type="submit" disabled={busy}>
            {t("create")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
