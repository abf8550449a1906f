"use client";

import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useFilled } from "@/features/identity/form";
import { useBeginFactor, useConfirmFactor, useRefresh } from "../queries";
import { RecoveryCodes } from "./recovery-codes";

interface Begun {
  secret: string;
  otpauth_uri: string;
}

/** Password → QR code and a first code → recovery codes. Closing it midway leaves everything off. */
export function EnrolDialog() {
  const t = useTranslations("account");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  const refresh = useRefresh();
  const change = (next: boolean) => {
    setOpen(next);
    if (!next) void refresh();
  };
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button className="justify-self-start" data-testid="turn-on-factor">
          {t("turnOn")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")} className="max-h-[calc(100dvh-2rem)] overflow-y-auto">
        <DialogTitle>{t("beginTitle")}</DialogTitle>
        <Enrolment onDone={() => change(false)} />
      </DialogContent>
    </Dialog>
  );
}

/** The steps in their order; what an earlier one answered is what a later one needs. */
export function Enrolment({ onDone }: { onDone: () => void }) {
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onKept={onDone} />;
  if (begun) return <ConfirmStep begun={begun} onCodes={setCodes} />;
  return <PasswordStep onBegun={setBegun} />;
}

function PasswordStep({ onBegun }: { onBegun: (begun: Begun) => void }) {
  const t = useTranslations("account");
  const begin = useBeginFactor();
  const { missing, submit } = useFilled(["password"], ({ password }) => begin.mutate(password, { onSuccess: onBegun }));
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <DialogDescription>{t("beginLead")}</DialogDescription>
      <SecretField label={t("password")} name="password" autoComplete="current-password" required />
      <FormProblem missing={missing} error={begin.error} />
      <Button type="submit" size="lg" disabled={begin.isPending}>
        {begin.isPending ? t("working") : t("continue")}
      </Button>
    </form>
  );
}

function ConfirmStep({ begun, onCodes }: { begun: Begun; onCodes: (codes: string[]) => void }) {
  const t = useTranslations("account");
  const confirm = useConfirmFactor();
  const { missing, submit } = useFilled(["code"], ({ code }) =>
    confirm.mutate(code, { onSuccess: (answer) => onCodes(answer.recovery_codes) }),
  );
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <DialogDescription>{t("scanLead")}</DialogDescription>
      <div className="justify-self-center rounded-md bg-white p-3">
        <QRCodeSVG value={begun.otpauth_uri} size={176} title={t("qrLabel")} />
      </div>
      <p className="text-[13px]">
        {t("secret")}{" "}
        <code data-testid="factor-secret" className="block break-all font-mono">
          {begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}
        </code>
      </p>
      <Field label={t("code")} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} required />
      <FormProblem missing={missing} error={confirm.error} />
      <Button type="submit" size="lg" disabled={confirm.isPending}>
        {confirm.isPending ? t("working") : t("confirm")}
      </Button>
    </form>
  );
}
