"use client";

import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useResendVerification } from "../queries";
import { FormProblem } from "./form-problem";

/** Another letter with a link to confirm the address. */
export function ResendVerification({ email }: { email: string }) {
  const t = useTranslations("identity");
  const resend = useResendVerification();
  return (
    <div className="grid justify-items-start gap-2">
      {resend.isSuccess ? (
        <Alert tone="success" role="status">
          {t("sentAgain")}
        </Alert>
      ) : null}
      <FormProblem error={resend.error} />
      <Button variant="outline" disabled={resend.isPending} onClick={() => resend.mutate(email)}>
        {resend.isPending ? t("sending") : t("sendAgain")}
      </Button>
    </div>
  );
}
