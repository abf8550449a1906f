"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { ClerkGate } from "@/features/clerk/components/clerk-sign-in";
import { useIdentity } from "@/features/identity/queries";
import { useRoleName } from "@/features/roles/components/role-name";
import { loginPath } from "@/features/session/next-path";
import { useSession, useSignOut } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { InvitationOffer } from "@/lib/model";
import { ApiError } from "@/lib/problem";
import { useOffer } from "../queries";
import { AcceptAsNew, AcceptAsSelf, AcceptAtClerk } from "./accept";

/** What a link offers, and the way in for whoever opened it. */
export function OfferPage({ token }: { token: string }) {
  const t = useTranslations("invitations");
  const offer = useOffer(token);
  const session = useSession();
  if (!token) return <Alert tone="warning">{t("noToken")}</Alert>;
  if (offer.error instanceof ApiError && offer.error.code === "invitation_invalid") {
    return <Alert tone="warning">{t("invalid")}</Alert>;
  }
  if (offer.error) return <Problem error={offer.error} onRetry={() => void offer.refetch()} />;
  if (!offer.data || session.isPending) return <Skeleton className="h-40 w-full" />;
  return (
    <div data-testid="offer" className="grid gap-4">
      <OfferText offer={offer.data} />
      {session.data ? (
        <SignedIn offer={offer.data} token={token} email={session.data.user.email} />
      ) : (
        <SignedOut offer={offer.data} token={token} />
      )}
    </div>
  );
}

function OfferText({ offer }: { offer: InvitationOffer }) {
  const t = useTranslations("invitations");
  const nameOf = useRoleName();
  const inviter = offer.inviter_name ? `${offer.inviter_name} (${offer.inviter_email})` : offer.inviter_email;
  const scope = t(offer.every_brand ? "everyBrand" : "someBrands");
  return (
    <div className="grid gap-1 text-[13px]">
      <p className="font-medium text-sm">{t("offer", { inviter, organization: offer.organization })}</p>
      <p>{t("offerRoles", { roles: offer.roles.map(nameOf).join(", "), scope })}</p>
      <p className="text-muted-foreground">{t("for", { email: offer.email, time: formatInstant(offer.expires_at) })}</p>
    </div>
  );
}

interface WayProps {
  offer: InvitationOffer;
  token: string;
}

function SignedIn({ offer, token, email }: WayProps & { email: string }) {
  const t = useTranslations("invitations");
  const signOut = useSignOut();
  if (email === offer.email) return <AcceptAsSelf offer={offer} token={token} />;
  return (
    <>
      <Alert tone="warning">{t("otherAccount", { email, invited: offer.email })}</Alert>
      {signOut.error ? <Problem error={signOut.error} /> : null}
      <Button
        variant="outline"
        disabled={signOut.isPending}
        onClick={() => signOut.mutate(undefined, { onSuccess: () => location.reload() })}
      >
        {t("signOut")}
      </Button>
    </>
  );
}

function SignedOut({ offer, token }: WayProps) {
  const t = useTranslations("invitations");
  const identity = useIdentity();
  if (identity.isPending) return <Skeleton className="h-10 w-full" />;
  if (identity.data?.clerk) {
    return (
      <>
        <p>{t("signInFirst", { email: offer.email })}</p>
        <ClerkGate config={identity.data.clerk} leave={false}>
          {(clerk) => <AcceptAtClerk offer={offer} token={token} clerk={clerk} />}
        </ClerkGate>
      </>
    );
  }
  const words = offer.way === "letter" ? "openLetter" : "signInFirst";
  return (
    <>
      {offer.way === "new_user" ? (
        <AcceptAsNew offer={offer} token={token} />
      ) : (
        <p>{t(words, { email: offer.email })}</p>
      )}
      <Button asChild variant={offer.way === "sign_in" ? "default" : "link"} size="lg">
        <a href={loginPath({ pathname: "/invitation/", search: `?token=${encodeURIComponent(token)}` })}>
          {t(offer.way === "sign_in" ? "signIn" : "haveAccount")}
        </a>
      </Button>
    </>
  );
}
