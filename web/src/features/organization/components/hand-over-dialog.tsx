"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input, Label, NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useMembers } from "@/features/members/queries";
import { useSession } from "@/features/session/queries";
import { useHandOver } from "../queries";

export function HandOverDialog({ organization }: { organization: string }) {
  const t = useTranslations("organization");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline" data-testid="hand-over">
          {t("transfer")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")}>
        <div className="grid gap-1">
          <DialogTitle>{t("transferDialog", { organization })}</DialogTitle>
          <DialogDescription>{t("transferWarning")}</DialogDescription>
        </div>
        <HandOverForm organization={organization} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function HandOverForm({ organization, onDone }: { organization: string; onDone: () => void }) {
  const t = useTranslations("organization");
  const id = useId();
  const members = useMembers();
  const own = useSession().data?.user.id;
  const handOver = useHandOver();
  const others = members.data?.filter((member) => member.user_id !== own) ?? [];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const heir = others.find((member) => member.user_id === form.get("heir"));
    if (!heir) return;
    const done = () => {
      toast.success(t("transferred", { name: heir.name || heir.email, organization }));
      onDone();
    };
    handOver.mutate({ user_id: heir.user_id, password: String(form.get("password") ?? "") }, { onSuccess: done });
  };
  if (members.isPending) return <Skeleton className="h-32 w-full" />;
  if (members.error) return <Problem error={members.error} onRetry={() => void members.refetch()} />;
  if (!others.length) return <Alert tone="info">{t("nobody")}</Alert>;
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor={`${id}heir`}>{t("newOwner")}</Label>
        <NativeSelect id={`${id}heir`} name="heir" required defaultValue="">
          <option value="" disabled>
            {t("choose")}
          </option>
          {others.map((member) => (
            <option key={member.user_id} value={member.user_id}>
              {member.name || member.email}
            </option>
          ))}
        </NativeSelect>
      </div>
      <div className="grid gap-1.5">
        <Label htmlFor={`${id}password`}>{t("password")}</Label>
        <Input id={`${id}password`} name="password" type="password" autoComplete="current-password" />
      </div>
      <div aria-live="assertive" className="empty:hidden">
        {handOver.error ? <Problem error={handOver.error} /> : null}
      </div>
      <Button type="submit" size="lg" disabled={handOver.isPending}>
        {t("confirm")}
      </Button>
    </form>
  );
}
