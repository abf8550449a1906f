"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { SecretField } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useFilled } from "@/features/identity/form";
import { useChangePassword } from "../queries";

/** The current password and a new one; other sessions end. */
export function PasswordForm() {
  const t = useTranslations("account");
  const identity = useTranslations("identity");
  const change = useChangePassword();
  const [round, setRound] = useState(0);
  const { missing, submit } = useFilled(["current", "new"], (values) =>
    change.mutate(values, { onSuccess: () => setRound((n) => n + 1) }),
  );
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("passwordTitle")}</CardTitle>
      </CardHeader>
      <form key={round} data-testid="password-form" onSubmit={submit} noValidate className="grid max-w-md gap-4 p-4">
        <SecretField label={t("current")} name="current" autoComplete="current-password" required />
        <SecretField label={t("new")} name="new" autoComplete="new-password" hint={identity("passwordRule")} required />
        <FormProblem missing={missing} error={change.error} />
        {change.isSuccess ? (
          <Alert tone="success" role="status">
            {t("changed")}
          </Alert>
        ) : null}
        <Button type="submit" className="justify-self-start" disabled={change.isPending}>
          {change.isPending ? t("changing") : t("change")}
        </Button>
      </form>
    </Card>
  );
}
