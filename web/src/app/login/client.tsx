"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { Skeleton } from "@/components/ui/skeleton";
import { ClerkSignIn } from "@/features/clerk/components/clerk-sign-in";
import { SecondStepForm } from "@/features/identity/components/second-step-form";
import { useIdentity } from "@/features/identity/queries";
import { LoginForm } from "@/features/session/components/login-form";
import { nextPath } from "@/features/session/next-path";
import { Link, useSearch } from "@/lib/router";

export function LoginClient() {
  const t = useTranslations("login");
  const texts = useTranslations("identity");
  const [params] = useSearch();
  const [challenge, setChallenge] = useState<string | null>(null);
  const enter = () => location.assign(nextPath(params.get("next"), location.origin));
  const identity = useIdentity();
  if (identity.isPending || identity.data?.clerk) {
    return (
      <AuthPage title={t("title")}>
        {identity.data?.clerk ? (
          <ClerkSignIn config={identity.data.clerk} leave={params.has("signed-out")} onSignedIn={enter} />
        ) : (
          <Skeleton className="h-48 w-full" />
        )}
      </AuthPage>
    );
  }
  if (challenge !== null) {
    return (
      <AuthPage title={texts("codeTitle")}>
        <SecondStepForm challenge={challenge} onSignedIn={enter} onStartOver={() => setChallenge(null)} />
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t("title")} footer={<OtherWays />}>
      <LoginForm onSignedIn={enter} onChallenge={setChallenge} />
    </AuthPage>
  );
}

/** What else somebody without a session can do here; nothing until that is known. */
function OtherWays() {
  const t = useTranslations("identity");
  const identity = useIdentity().data;
  if (!identity) return null;
  return (
    <span className="grid gap-1.5">
      {identity.mail ? (
        <Link className="text-primary underline underline-offset-4" href="/forgot-password/">
          {t("forgot")}
        </Link>
      ) : (
        <span>{t("mailDisabled")}</span>
      )}
      {identity.sign_up === "open" ? (
        <span>
          {t("noAccount")}{" "}
          <Link className="text-primary underline underline-offset-4" href="/sign-up/">
            {t("signUp")}
          </Link>
        </span>
      ) : null}
    </span>
  );
}
