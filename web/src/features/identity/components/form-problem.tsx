"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { ApiError } from "@/lib/problem";
import type { en } from "../../../../messages";

type Code = keyof typeof en.identity.errors;

const CODES = new Set<string>([
  "invalid_credentials",
  "email_unverified",
  "password_wrong",
  "password_invalid",
  "password_weak",
  "link_invalid",
  "link_expired",
  "email_taken",
  "email_invalid",
  "email_unchanged",
  "link_for_another",
  "name_invalid",
  "challenge_invalid",
  "code_wrong",
  "no_organization",
] satisfies Code[]);

/** What stops a form: an empty field, a refusal in our words, else what the server said. */
export function FormProblem({ missing = false, error }: { missing?: boolean; error: Error | null }) {
  const t = useTranslations("identity");
  return (
    <div aria-live="assertive" data-testid="form-problem">
      {missing ? <Alert tone="warning">{t("missing")}</Alert> : error ? <Refusal error={error} /> : null}
    </div>
  );
}

function Refusal({ error }: { error: Error }) {
  const t = useTranslations("identity.errors");
  const login = useTranslations("login");
  if (!(error instanceof ApiError)) return <Problem error={error} />;
  if (error.status === 429) {
    const seconds = error.retryAfterSeconds;
    return <Alert tone="warning">{seconds === null ? login("limitedUnknown") : login("limited", { seconds })}</Alert>;
  }
  if (CODES.has(error.code)) return <Alert tone="danger">{t(error.code as Code, { hint: error.hint })}</Alert>;
  if (error.status === 401) return <Alert tone="danger">{login("wrong")}</Alert>;
  return <Problem error={error} />;
}
