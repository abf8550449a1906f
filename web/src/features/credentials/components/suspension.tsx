"use client";

import { Pause, Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { Credential } from "@/lib/model";
import { useResume, useSuspend } from "../queries";

/** Why a connection rests and since when, and the way there and back for those who may. */
export function Suspension({ credential }: { credential: Credential }) {
  const can = useCan()("connection:manage");
  if (credential.state === "suspended") return <Suspended credential={credential} can={can} />;
  return can ? <SuspendDialog connectionId={credential.connection_id} /> : null;
}

function Suspended({ credential, can }: { credential: Credential; can: boolean }) {
  const t = useTranslations("credential");
  const resume = useResume(credential.connection_id);
  return (
    <div className="grid justify-items-start gap-1.5 text-xs">
      <p data-testid="suspension-reason" className="break-words">
        {t("suspendedBecause", { reason: credential.suspension_reason ?? "" })}
      </p>
      {credential.suspended_at ? (
        <p className="text-muted-foreground">{t("suspendedAt", { time: formatInstant(credential.suspended_at) })}</p>
      ) : null}
      {can ? (
        <Button
          size="sm"
          variant="outline"
          data-testid="resume-credential"
          disabled={resume.isPending}
          onClick={() => resume.mutate()}
        >
          <Play aria-hidden />
          {t("resume")}
        </Button>
      ) : null}
      {resume.error ? <Problem error={resume.error} /> : null}
    </div>
  );
}

function SuspendDialog({ connectionId }: { connectionId: string }) {
  const t = useTranslations("credential");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm" variant="outline" className="justify-self-start" data-testid="suspend-credential">
          <Pause aria-hidden />
          {t("suspend")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")}>
        <div className="grid gap-1">
          <DialogTitle>{t("suspendTitle")}</DialogTitle>
          <DialogDescription>{t("suspendLead")}</DialogDescription>
        </div>
        <SuspendForm connectionId={connectionId} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function SuspendForm({ connectionId, onDone }: { connectionId: string; onDone: () => void }) {
  const t = useTranslations("credential");
  const suspend = useSuspend(connectionId);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    if (reason) suspend.mutate(reason, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor="suspension-reason">{t("reason")}</Label>
        <Input id="suspension-reason" name="reason" required maxLength={200} autoComplete="off" />
      </div>
      {suspend.error ? <Problem error={suspend.error} /> : null}
      <Button type="submit" size="lg" disabled={suspend.isPending}>
        {t("suspend")}
      </Button>
    </form>
  );
}
