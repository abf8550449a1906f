"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Suspension } from "@/features/credentials/components/suspension";
import { useSession } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { formatInstant } from "@/lib/format";
import type { Credential } from "@/lib/model";
import { useServerNow } from "@/lib/use-server-now";
import { countdown } from "../countdown";

const TONES: Record<Credential["state"], Tone> = {
  healthy: "success",
  retrying: "warning",
  reauth_required: "danger",
  client_misconfigured: "danger",
  suspended: "neutral",
};
const SOON_SECONDS = 300;

export function CredentialPanel({ credential }: { credential: Credential | undefined }) {
  const t = useTranslations("credential");
  const limited = useSession().data?.brand_ids !== null;
  if (!credential && limited) return null; // tokens are shown to people of every brand only
  return (
    <div className="grid content-start gap-1.5">
      <h3 className="flex items-center gap-2 text-muted-foreground text-xs">
        {t("title")}
        {credential ? <Badge tone={TONES[credential.state]}>{t(credential.state)}</Badge> : null}
      </h3>
      <TokenCountdown expiresAt={credential?.expires_at ?? null} />
      {credential ? <CredentialFacts credential={credential} /> : null}
      {credential ? <Suspension credential={credential} /> : null}
    </div>
  );
}

function TokenCountdown({ expiresAt }: { expiresAt: string | null }) {
  const t = useTranslations("credential");
  const now = useServerNow();
  if (!expiresAt)
    return (
      <p data-testid="token-countdown" className="text-muted-foreground text-sm">
        {t("none")}
      </p>
    );
  const left = countdown(expiresAt, now);
  return (
    <p className="flex items-baseline gap-2" title={expiresAt}>
      {left.expired && now ? null : <span className="text-[13px] text-muted-foreground">{t("expiresIn")}</span>}
      <span
        role="timer"
        data-testid="token-countdown"
        data-expires-at={expiresAt}
        data-seconds={now ? left.totalSeconds : ""}
        className={cn(
          "font-mono font-semibold text-lg tabular-nums",
          left.totalSeconds < SOON_SECONDS && now && "text-warning",
        )}
      >
        {now === 0 ? "–:––" : left.expired ? t("expired") : left.text}
      </span>
    </p>
  );
}

function CredentialFacts({ credential }: { credential: Credential }) {
  const t = useTranslations("credential");
  const healthy = credential.state === "healthy";
  return (
    <div className="grid gap-0.5 text-xs">
      {healthy ? null : (
        <p className="font-medium" data-testid="credential-owner">
          {t(`owner${credential.owner}`)}
        </p>
      )}
      {credential.next_action ? (
        <p className={healthy ? "text-muted-foreground" : undefined}>{credential.next_action}</p>
      ) : null}
      {credential.last_error_code && !healthy ? (
        <p className="font-mono text-muted-foreground">{t("lastError", { code: credential.last_error_code })}</p>
      ) : null}
      {credential.next_refresh_at && healthy ? (
        <p className="text-muted-foreground">{t("nextRefresh", { time: formatInstant(credential.next_refresh_at) })}</p>
      ) : null}
    </div>
  );
}
