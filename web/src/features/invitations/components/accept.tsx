"use client";

import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { AnotherAccount } from "@/features/clerk/components/clerk-sign-in";
import type { Clerk } from "@/features/clerk/script";
import { useSwitchOrganization } from "@/features/session/queries";
import type { InvitationOffer } from "@/lib/model";
import { useAccept, useAcceptAtClerk } from "../queries";

interface AcceptProps {
  offer: InvitationOffer;
  token: string;
}

/** Somebody signed in under the invited address joins, then goes there. */
export function AcceptAsSelf({ offer, token }: AcceptProps) {
  const t = useTranslations("invitations");
  const accept = useAccept(token);
  const go = useSwitchOrganization();
  const { organization } = offer;
  if (accept.data) {
    return (
      <>
        <Alert tone="success">{t("joined", { organization })}</Alert>
        {go.error ? <Problem error={go.error} /> : null}
        <Button
          size="lg"
          disabled={go.isPending || go.isSuccess}
          onClick={() => go.mutate(accept.data.organization_id)}
        >
          {t("goOn", { organization })}
        </Button>
      </>
    );
  }
  return (
    <>
      {accept.error ? <Problem error={accept.error} /> : null}
      <Button size="lg" disabled={accept.isPending} onClick={() => accept.mutate(null)}>
        {accept.isPending ? t("accepting") : t("accept", { organization })}
      </Button>
    </>
  );
}

/** Somebody signed in at Clerk joins as who they are there, and is signed in here, too. */
export function AcceptAtClerk({ offer, token, clerk }: AcceptProps & { clerk: Clerk }) {
  const t = useTranslations("invitations");
  const accept = useAcceptAtClerk(token);
  const join = () => accept.mutate(clerk, { onSuccess: ({ signedIn }) => location.assign(signedIn ? "/" : "/login/") });
  const busy = accept.isPending || accept.isSuccess;
  return (
    <div className="grid gap-3">
      {accept.error ? <Problem error={accept.error} /> : null}
      <Button size="lg" disabled={busy} onClick={join}>
        {busy ? t("accepting") : t("accept", { organization: offer.organization })}
      </Button>
      {accept.error ? <AnotherAccount clerk={clerk} /> : null}
    </div>
  );
}

/** Somebody new chooses a name and a password and is signed in with them. */
export function AcceptAsNew({ offer, token }: AcceptProps) {
  const t = useTranslations("invitations");
  const accept = useAccept(token);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const newcomer = { name: String(form.get("name") ?? "").trim(), password: String(form.get("password") ?? "") };
    accept.mutate(newcomer, { onSuccess: ({ signedIn }) => location.assign(signedIn ? "/" : "/login/") });
  };
  const busy = accept.isPending || accept.isSuccess;
  return (
    <form data-testid="accept-form" onSubmit={submit} className="grid gap-4">
      <input type="hidden" name="username" autoComplete="username" value={offer.email} readOnly />
      <Field label={t("yourName")} name="name" autoComplete="name" required maxLength={120} />
      <SecretField
        label={t("password")}
        hint={t("passwordHint")}
        name="password"
        autoComplete="new-password"
        required
        minLength={12}
      />
      <div aria-live="assertive" className="empty:hidden">
        {accept.error ? <Problem error={accept.error} /> : null}
      </div>
      <Button type="submit" size="lg" disabled={busy}>
        {busy ? t("accepting") : t("accept", { organization: offer.organization })}
      </Button>
    </form>
  );
}
