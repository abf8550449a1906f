"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { useFinishSignIn } from "@/features/session/queries";
import { ApiError } from "@/lib/problem";
import { useFilled } from "../form";
import { FormProblem } from "./form-problem";

interface SecondStepProps {
  challenge: string;
  onSignedIn: () => void;
  onStartOver: () => void;
}

/** The code of the app, or a recovery code; a challenge that is over leads back to the password. */
export function SecondStepForm({ challenge, onSignedIn, onStartOver }: SecondStepProps) {
  const t = useTranslations("identity");
  const [recovery, setRecovery] = useState(false);
  const finish = useFinishSignIn();
  const { missing, submit } = useFilled(["code"], ({ code }) =>
    finish.mutate({ challenge, [recovery ? "recovery_code" : "code"]: code }, { onSuccess: onSignedIn }),
  );
  const over = finish.error instanceof ApiError && finish.error.code === "challenge_invalid";
  const busy = finish.isPending || finish.isSuccess;
  const swap = () => {
    finish.reset();
    setRecovery(!recovery);
  };
  return (
    <form data-testid="second-step-form" onSubmit={submit} noValidate className="grid gap-4">
      <Field
        key={String(recovery)}
        name="code"
        label={recovery ? t("recoveryCode") : t("code")}
        hint={recovery ? t("recoveryLead") : t("codeLead")}
        inputMode={recovery ? "text" : "numeric"}
        autoComplete="one-time-code"
        autoFocus
        required
        maxLength={20}
        className="font-mono tracking-widest"
      />
      <FormProblem missing={missing} error={finish.error} />
      {over ? null : (
        <Button type="submit" size="lg" disabled={busy}>
          {busy ? t("confirming") : t("confirmCode")}
        </Button>
      )}
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="link" size="sm" className="px-0" onClick={swap}>
          {recovery ? t("useCode") : t("useRecovery")}
        </Button>
        <Button variant="link" size="sm" className="px-0" onClick={onStartOver}>
          {t("startOver")}
        </Button>
      </div>
    </form>
  );
}
