"use client";

import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useFilled } from "@/features/identity/form";
import { proofOf } from "../proof";
import { type Proof, useRemoveFactor, useRenewCodes } from "../queries";
import { RecoveryCodes } from "./recovery-codes";

/** Off again, with the password and a code. */
export function RemoveDialog() {
  const t = useTranslations("account");
  const [open, setOpen] = useState(false);
  const remove = useRemoveFactor();
  return (
    <ProofDialog open={open} onOpenChange={setOpen} label={t("turnOff")} title={t("offTitle")}>
      <ProofForm
        lead={t("offLead")}
        label={t("turnOff")}
        pending={remove.isPending}
        error={remove.error}
        onProof={(proof) => remove.mutate(proof, { onSuccess: () => setOpen(false) })}
      />
    </ProofDialog>
  );
}

/** Ten new recovery codes in place of those before. */
export function RenewDialog() {
  const t = useTranslations("account");
  const [open, setOpen] = useState(false);
  const renew = useRenewCodes();
  const close = (next: boolean) => {
    setOpen(next);
    renew.reset();
  };
  return (
    <ProofDialog open={open} onOpenChange={close} label={t("newCodes")} title={t("renewTitle")}>
      {renew.data ? (
        <RecoveryCodes codes={renew.data.recovery_codes} onKept={() => close(false)} />
      ) : (
        <ProofForm
          lead={t("renewLead")}
          label={t("newCodes")}
          pending={renew.isPending}
          error={renew.error}
          onProof={(proof) => renew.mutate(proof)}
        />
      )}
    </ProofDialog>
  );
}

interface ProofDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  label: string;
  title: string;
  children: ReactNode;
}

function ProofDialog({ open, onOpenChange, label, title, children }: ProofDialogProps) {
  const app = useTranslations("app");
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogTrigger asChild>
        <Button variant="outline">{label}</Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{title}</DialogTitle>
        {children}
      </DialogContent>
    </Dialog>
  );
}

interface ProofFormProps {
  lead: string;
  label: string;
  pending: boolean;
  error: Error | null;
  onProof: (proof: Proof) => void;
}

function ProofForm({ lead, label, pending, error, onProof }: ProofFormProps) {
  const t = useTranslations("account");
  const { missing, submit } = useFilled(["password", "code"], ({ password, code }) => onProof(proofOf(password, code)));
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <DialogDescription>{lead}</DialogDescription>
      <SecretField label={t("password")} name="password" autoComplete="current-password" required />
      <Field label={t("codeOrRecovery")} name="code" autoComplete="one-time-code" maxLength={20} required />
      <FormProblem missing={missing} error={error} />
      <Button type="submit" size="lg" disabled={pending}>
        {pending ? t("working") : label}
      </Button>
    </form>
  );
}
