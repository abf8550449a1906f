"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import { formatDay } from "@/lib/format";
import type { Connection } from "@/lib/model";

type Health = NonNullable<Connection["health"]>;

const TONES: Record<Health["level"], Tone> = { good: "success", watch: "warning", poor: "danger", dead: "danger" };
const FILLS = { good: "success", watch: "primary", poor: "danger", dead: "danger" } as const;

/** How sound the consent is, and what speaks against it. */
export function HealthMeter({ connection, name }: { connection: Connection; name: string }) {
  const t = useTranslations("connections");
  const { health } = connection;
  if (!health) return null;
  return (
    <div
      className="grid content-start gap-1.5"
      data-testid="connection-health"
      data-score={health.score}
      data-level={health.level}
    >
      <h3 className="flex items-center gap-2 text-muted-foreground text-xs">
        {t("health")}
        <Badge tone={TONES[health.level]}>{t(`level_${health.level}`)}</Badge>
      </h3>
      <div className="flex items-center gap-2">
        <span className="font-mono font-semibold text-lg tabular-nums">{health.score}</span>
        <Progress
          fraction={health.score / 100}
          tone={FILLS[health.level]}
          label={t("healthOf", { name, score: health.score })}
        />
      </div>
      <Reasons reasons={health.reasons} />
      {connection.consent_expires_at ? (
        <p className="text-muted-foreground text-xs">
          {t("consentUntil", { time: formatDay(connection.consent_expires_at.slice(0, 10), undefined, true) })}
        </p>
      ) : null}
    </div>
  );
}

function Reasons({ reasons }: { reasons: Health["reasons"] }) {
  const t = useTranslations("connections");
  if (!reasons.length) return <p className="text-muted-foreground text-xs">{t("healthFine")}</p>;
  return (
    <ul className="grid gap-0.5 text-xs">
      {reasons.map((reason) => (
        <li key={reason.code} className="flex justify-between gap-3">
          <span>{reason.text}</span>
          <span className="font-mono text-muted-foreground tabular-nums">{t("points", { points: reason.points })}</span>
        </li>
      ))}
    </ul>
  );
}
