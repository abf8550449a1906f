"use client";

import { RefreshCw } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { Connection } from "@/lib/model";
import { Link } from "@/lib/router";
import { useRediscover } from "../queries";

const TONES: Record<Connection["discovery"]["state"], Tone> = {
  pending: "neutral",
  running: "info",
  done: "success",
  failed: "danger",
};

export function DiscoveryPanel({ connection }: { connection: Connection }) {
  const t = useTranslations("discovery");
  const sightings = useTranslations("sightings");
  const { discovery } = connection;
  return (
    <div className="grid content-start justify-items-start gap-1.5">
      <h3 className="flex items-center gap-2 text-muted-foreground text-xs">
        {t("title")}
        <Badge tone={TONES[discovery.state]} data-testid="discovery-state" data-state={discovery.state}>
          {t(discovery.state)}
        </Badge>
      </h3>
      <p className="text-[13px]">{t("found", { profiles: discovery.profiles, advertisers: discovery.advertisers })}</p>
      {discovery.state === "failed" ? (
        <p className="text-destructive text-xs">{t("failedHint", { code: discovery.error_code ?? "unknown" })}</p>
      ) : discovery.finished_at ? (
        <p className="text-muted-foreground text-xs">{t("finished", { time: formatInstant(discovery.finished_at) })}</p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Rediscover connection={connection} />
        <Link className="text-primary text-xs underline" href={`/connections/sightings/?id=${connection.id}`}>
          {sightings("open")}
        </Link>
      </div>
    </div>
  );
}

function Rediscover({ connection }: { connection: Connection }) {
  const t = useTranslations("connections");
  const can = useCan();
  const rediscover = useRediscover();
  if (!can("connection:manage") || connection.status !== "active") return null;
  const busy = rediscover.isPending || connection.discovery.state === "running";
  const start = () =>
    rediscover.mutate(connection.id, {
      onSuccess: () => toast.success(t("rediscoverStarted")),
      onError: (error) => toast.error(t("failed"), { description: error.message }),
    });
  return (
    <Button variant="outline" size="sm" disabled={busy} onClick={start}>
      <RefreshCw aria-hidden className={busy ? "animate-spin" : undefined} />
      {busy ? t("rediscovering") : t("rediscover")}
    </Button>
  );
}
