"use client";

import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useConfirmEmail } from "../queries";

/** Where the letter to a new address leads; nothing without its token. */
export function ConfirmEmail({ token }: { token: string }) {
  const t = useTranslations("account");
  const confirm = useConfirmEmail();
  if (!token) return null;
  if (confirm.data)
    return (
      <Alert tone="success" role="status">
        {t("emailConfirmed", { email: confirm.data.email })}
      </Alert>
    );
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("confirmEmail")}</CardTitle>
      </CardHeader>
      <div data-testid="confirm-email" className="grid max-w-md gap-4 p-4">
        <p className="text-[13px] text-muted-foreground">{t("confirmEmailLead")}</p>
        <FormProblem error={confirm.error} />
        <Button className="justify-self-start" disabled={confirm.isPending} onClick={() => confirm.mutate(token)}>
          {confirm.isPending ? t("working") : t("confirmEmail")}
        </Button>
      </div>
    </Card>
  );
}
