"use client";

import type { FormEvent } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTitle } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import type { Connection } from "@/lib/model";
import { useRename } from "../queries";

interface RenameDialogProps {
  connection: Connection;
  name: string;
  onClose: () => void;
}

export function RenameDialog({ connection, name, onClose }: RenameDialogProps) {
  const t = useTranslations("connections");
  const app = useTranslations("app");
  const rename = useRename();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const label = String(new FormData(event.currentTarget).get("label") ?? "").trim();
    rename.mutate(
      { id: connection.id, label },
      {
        onSuccess: () => {
          toast.success(t("renamed"));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent closeLabel={app("close")} aria-describedby={undefined}>
        <DialogTitle>{t("renameTitle", { name })}</DialogTitle>
        <form onSubmit={submit} className="grid gap-4">
          <div className="grid gap-1.5">
            <Label htmlFor="connection-new-label">{t("label")}</Label>
            <Input
              id="connection-new-label"
              name="label"
              required
              maxLength={100}
              defaultValue={connection.label}
              autoComplete="off"
            />
          </div>
          {rename.error ? <Problem error={rename.error} /> : null}
          <Button type="submit" disabled={rename.isPending}>
            {t("renameSave")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
