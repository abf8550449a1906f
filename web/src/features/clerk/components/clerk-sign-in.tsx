"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { useClerk, useExchange } from "../queries";
import type { Clerk, ClerkConfig } from "../script";

interface GateProps {
  config: ClerkConfig;
  /** Somebody has just signed out here: they are signed out at Clerk, too. */
  leave: boolean;
  /** For who is signed in at Clerk. */
  children: (clerk: Clerk) => ReactNode;
}

/** Signing in at Clerk; who is signed in there comes straight in. */
export function ClerkSignIn({ onSignedIn, ...gate }: Omit<GateProps, "children"> & { onSignedIn: () => void }) {
  return <ClerkGate {...gate}>{(clerk) => <Entering clerk={clerk} onSignedIn={onSignedIn} />}</ClerkGate>;
}

/** Leads to Clerk first whoever is not signed in there. */
export function ClerkGate({ config, leave, children }: GateProps) {
  const t = useTranslations("clerk");
  const clerk = useClerk(config, leave);
  if (clerk.isPending) return <Waiting text={t("connecting")} />;
  if (clerk.error) {
    return (
      <Alert tone="danger" role="alert">
        <p className="font-medium">{t("unreachable")}</p>
        <p>{t("unreachableHint")}</p>
        <Button variant="outline" size="sm" className="mt-2" onClick={() => clerk.refetch()}>
          {t("retry")}
        </Button>
      </Alert>
    );
  }
  if (clerk.data.session) return children(clerk.data);
  return <Choices clerk={clerk.data} />;
}

function Choices({ clerk }: { clerk: Clerk }) {
  const t = useTranslations("clerk");
  const back = { signInForceRedirectUrl: here(), signUpForceRedirectUrl: here() };
  return (
    <div data-testid="clerk-sign-in" className="grid gap-3">
      <p className="text-[13px] text-muted-foreground">{t("lead")}</p>
      <Button size="lg" onClick={() => clerk.redirectToSignIn(back)}>
        {t("signIn")}
      </Button>
      <Button size="lg" variant="outline" onClick={() => clerk.redirectToSignUp(back)}>
        {t("signUp")}
      </Button>
    </div>
  );
}

function Entering({ clerk, onSignedIn }: { clerk: Clerk; onSignedIn: () => void }) {
  const t = useTranslations("clerk");
  const { mutate, error } = useExchange();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate(clerk, { onSuccess: onSignedIn });
  }, [clerk, mutate, onSignedIn]);
  if (!error) return <Waiting text={t("entering")} />;
  return (
    <div className="grid gap-3">
      <Problem error={error} onRetry={() => mutate(clerk, { onSuccess: onSignedIn })} />
      <AnotherAccount clerk={clerk} />
    </div>
  );
}

/** Leaves Clerk's session and begins again on this page. */
export function AnotherAccount({ clerk }: { clerk: Clerk }) {
  const t = useTranslations("clerk");
  return (
    <Button variant="outline" onClick={() => clerk.signOut({ redirectUrl: here() }).then(() => location.reload())}>
      {t("anotherAccount")}
    </Button>
  );
}

function Waiting({ text }: { text: string }) {
  return (
    <div aria-live="polite">
      <p className="mb-3 text-[13px] text-muted-foreground">{text}</p>
      <Skeleton className="h-10 w-full" />
    </div>
  );
}

/** This page without the mark of having signed out: where Clerk sends people back to. */
function here(): string {
  const url = new URL(location.href);
  url.searchParams.delete("signed-out");
  return url.href;
}
