"use client";

import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import type { Role } from "@/lib/model";
import { ApiError } from "@/lib/problem";
import { useDeleteRole } from "../queries";

export function DeleteRoleDialog({ role, onClose }: { role: Role; onClose: () => void }) {
  const t = useTranslations("roles");
  const app = useTranslations("app");
  const remove = useDeleteRole();
  const deleted = () => {
    toast.success(t("deleted", { name: role.name }));
    onClose();
  };
  const inUse = remove.error instanceof ApiError && remove.error.code === "role_in_use" ? remove.error : null;
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{t("deleteTitle", { name: role.name })}</DialogTitle>
        <DialogDescription>{t("deleteLead")}</DialogDescription>
        <div aria-live="assertive" className="empty:hidden">
          {inUse ? <Holders error={inUse} /> : remove.error ? <Problem error={remove.error} /> : null}
        </div>
        <div className="flex justify-end gap-2">
          <Button variant="outline" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button
            variant="destructive"
            disabled={remove.isPending || role.id === null}
            onClick={() => role.id && remove.mutate(role.id, { onSuccess: deleted })}
          >
            {t("confirmDelete")}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Holders({ error }: { error: ApiError }) {
  const t = useTranslations("roles");
  return (
    <Alert tone="warning">
      <p>{t("inUse")}</p>
      <ul className="mt-1 list-disc pl-4">
        {error
          .list("members")
          .concat(error.list("invited"))
          .map((email) => (
            <li key={email}>{email}</li>
          ))}
      </ul>
    </Alert>
  );
}
