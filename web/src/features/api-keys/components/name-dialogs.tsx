"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import type { ApiKey } from "@/lib/model";
import { useRenameApiKey, useRevokeApiKey } from "../queries";

interface DialogProps {
  apiKey: ApiKey;
  onClose: () => void;
}

export function RenameDialog({ apiKey, onClose }: DialogProps) {
  const t = useTranslations("apiKeys");
  const app = useTranslations("app");
  const id = useId();
  const rename = useRenameApiKey(apiKey.id);
  const [name, setName] = useState(apiKey.name);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (name.trim()) rename.mutate(name.trim(), { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{t("renameTitle")}</DialogTitle>
        <DialogDescription>{t("renameLead")}</DialogDescription>
        <form onSubmit={submit} className="grid gap-4">
          <div className="grid gap-1.5">
            <Label htmlFor={id}>{t("name")}</Label>
            <Input
              id={id}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={120}
              required
              autoComplete="off"
            />
          </div>
          {rename.error ? <Problem error={rename.error} /> : null}
          <Button type="submit" size="lg" disabled={rename.isPending}>
            {t("save")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}

export function RevokeDialog({ apiKey, onClose }: DialogProps) {
  const t = useTranslations("apiKeys");
  const app = useTranslations("app");
  const revoke = useRevokeApiKey(apiKey.id);
  const { name } = apiKey;
  const revoked = () => {
    toast.success(t("revoked", { name }));
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{t("revokeTitle", { name })}</DialogTitle>
        <DialogDescription>{t("revokeLead")}</DialogDescription>
        {revoke.error ? <Problem error={revoke.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button variant="outline" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button
            variant="destructive"
            disabled={revoke.isPending}
            onClick={() => revoke.mutate(undefined, { onSuccess: revoked })}
          >
            {t("confirmRevoke")}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
