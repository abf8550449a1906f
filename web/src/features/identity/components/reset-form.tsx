"use client";

import { useTranslations } from "use-intl";
import { SecretField } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ApiError } from "@/lib/problem";
import { Link } from "@/lib/router";
import { useFilled } from "../form";
import { useRedeemReset } from "../queries";
import { FormProblem } from "./form-problem";

const OVER = new Set(["link_invalid", "link_expired"]);

/** A new password for the owner of the letter. */
export function ResetForm({ token }: { token: string }) {
  const t = useTranslations("identity");
  const redeem = useRedeemReset();
  const { missing, submit } = useFilled(["password"], ({ password }) => redeem.mutate({ token, password }));
  const over = redeem.error instanceof ApiError && OVER.has(redeem.error.code);
  if (!token) return <Alert tone="warning">{t("noToken")}</Alert>;
  if (redeem.isSuccess) {
    return (
      <div data-testid="reset-done" className="grid gap-4">
        <Alert tone="success" role="status">
          {t("resetDone")}
        </Alert>
        <Button asChild size="lg">
          <Link href="/login/">{t("signIn")}</Link>
        </Button>
      </div>
    );
  }
  return (
    <form data-testid="reset-form" onSubmit={submit} noValidate className="grid gap-4">
      <SecretField
        label={t("newPassword")}
        name="password"
        autoComplete="new-password"
        hint={t("passwordRule")}
        required
      />
      <FormProblem missing={missing} error={redeem.error} />
      {over ? (
        <Button asChild variant="outline" size="lg">
          <Link href="/forgot-password/">{t("newLetter")}</Link>
        </Button>
      ) : (
        <Button type="submit" size="lg" disabled={redeem.isPending}>
          {redeem.isPending ? t("resetting") : t("reset")}
        </Button>
      )}
    </form>
  );
}
