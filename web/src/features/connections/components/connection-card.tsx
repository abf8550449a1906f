"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { AdvertiserSection } from "@/features/advertisers/components/advertiser-section";
import { useCan } from "@/features/session/queries";
import { IngestionPanel } from "@/features/syncs/components/ingestion-panel";
import { formatInstant } from "@/lib/format";
import type { Advertiser, Connection, Credential, Sync } from "@/lib/model";
import { useReauthorize } from "../queries";
import { ConnectionMenu } from "./connection-menu";
import { ConnectionNotices } from "./connection-notices";
import { CredentialPanel } from "./credential-panel";
import { DiscoveryPanel } from "./discovery-panel";
import { HealthMeter } from "./health-meter";
import { ConsentError } from "./result-banner";

const TONES: Record<Connection["status"], Tone> = { pending: "warning", active: "success", revoked: "danger" };

interface ConnectionCardProps {
  connection: Connection;
  /** Which of those with the same name it is. */
  ordinal: number;
  credential: Credential | undefined;
  advertisers: readonly Advertiser[] | undefined;
  syncs: readonly Sync[];
}

export function ConnectionCard({ connection, ordinal, credential, advertisers, syncs }: ConnectionCardProps) {
  const t = useTranslations("connections");
  const name = connection.label || t(connection.region);
  const spoken = [name, connection.amazon_user_name, ordinal > 1 ? ordinal : null].filter(Boolean).join(", ");
  const pending = connection.status === "pending";
  const mine = new Set(advertisers?.map((advertiser) => advertiser.id));
  return (
    <Card
      data-testid="connection-card"
      data-connection-id={connection.id}
      data-status={connection.status}
      aria-label={spoken}
    >
      <CardHeader className="flex-nowrap items-start sm:items-center">
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <CardTitle>{name}</CardTitle>
          <Badge tone={TONES[connection.status]}>{t(connection.status)}</Badge>
          <span className="text-muted-foreground text-xs">
            {connection.region} · <Facts connection={connection} />
          </span>
        </div>
        <div className="flex shrink-0 items-center gap-2">
          <Reconnect connection={connection} credential={credential} />
          <ConnectionMenu connection={connection} name={name} spoken={spoken} />
        </div>
      </CardHeader>
      {connection.error_code && !connection.handing_over && !connection.replacement ? (
        <div className="px-4 py-3 text-[13px] text-destructive">
          <ConsentError code={connection.error_code} />
        </div>
      ) : null}
      {connection.handing_over ? <p className="px-4 py-3 text-[13px]">{t("working")}</p> : null}
      <ConnectionNotices connection={connection} />
      {pending ? null : (
        <>
          <div className="grid gap-5 px-4 py-4 sm:grid-cols-2 lg:grid-cols-4">
            <HealthMeter connection={connection} name={name} />
            <CredentialPanel credential={credential} />
            <DiscoveryPanel connection={connection} />
            <IngestionPanel syncs={syncs.filter((sync) => mine.has(sync.advertiser_id))} />
          </div>
          <AdvertiserSection owner={spoken} advertisers={advertisers} syncs={syncs} />
        </>
      )}
    </Card>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const t = useTranslations("connections");
  const parts = [
    connection.amazon_user_name ? t("user", { name: connection.amazon_user_name }) : null,
    connection.consented_at
      ? t("consented", { time: formatInstant(connection.consented_at) })
      : t("started", { time: formatInstant(connection.created_at) }),
  ];
  return parts.filter(Boolean).join(" · ");
}

function Reconnect({ connection, credential }: { connection: Connection; credential: Credential | undefined }) {
  const t = useTranslations("connections");
  const can = useCan();
  const reauthorize = useReauthorize();
  const leaving = reauthorize.isPending || reauthorize.isSuccess;
  const needed = connection.status === "pending" || credential?.state === "reauth_required";
  if (!needed || connection.handing_over || !can("connection:manage")) return null;
  return (
    <Button disabled={leaving} onClick={() => reauthorize.mutate(connection)}>
      {leaving ? t("redirecting") : t(connection.status === "pending" ? "startAgain" : "reconnect")}
    </Button>
  );
}
