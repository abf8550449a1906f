"use client";

import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useAdvertisers } from "@/features/advertisers/queries";
import { useCan } from "@/features/session/queries";
import { useSyncs } from "@/features/syncs/queries";
import { formatInstant } from "@/lib/format";
import type { Connection } from "@/lib/model";
import { useConnections, useCredentials } from "../queries";
import { ConnectDialog } from "./connect-dialog";
import { ConnectionCard } from "./connection-card";

export function ConnectionList() {
  const connections = useConnections();
  const credentials = useCredentials();
  const advertisers = useAdvertisers();
  const syncs = useSyncs(useCan()("sync:read"));
  if (connections.isPending) return <ListSkeleton />;
  if (connections.error) return <Problem error={connections.error} onRetry={() => void connections.refetch()} />;
  if (!connections.data.length) return <NoConnection />;
  const [kept, ended] = split(connections.data);
  const broken = [credentials, advertisers, syncs].filter((query) => query.error);
  return (
    <>
      {broken.map((query) => (
        <Problem key={query.error?.message} error={query.error} onRetry={() => void query.refetch()} />
      ))}
      {kept.map((connection) => (
        <ConnectionCard
          key={connection.id}
          connection={connection}
          ordinal={ordinal(kept, connection)}
          credential={credentials.data?.find((one) => one.connection_id === connection.id)}
          advertisers={advertisers.data?.filter((one) => one.connection_ids.includes(connection.id))}
          syncs={syncs.data ?? []}
        />
      ))}
      <Ended connections={ended} />
    </>
  );
}

/** 1 for the first of its label and Amazon user, 2 for the next: two of the same name stay apart when read aloud. */
export function ordinal(connections: readonly Connection[], connection: Connection): number {
  const alike = connections.filter(
    (one) => one.label === connection.label && one.amazon_user_name === connection.amazon_user_name,
  );
  return alike.findIndex((one) => one.id === connection.id) + 1;
}

function split(connections: readonly Connection[]): [Connection[], Connection[]] {
  return [connections.filter((one) => one.status !== "revoked"), connections.filter((one) => one.status === "revoked")];
}

/** Disconnected connections stay as a record of what was there. */
function Ended({ connections }: { connections: readonly Connection[] }) {
  const t = useTranslations("connections");
  if (!connections.length) return null;
  return (
    <details className="rounded-lg border bg-card px-4 py-3 text-[13px]" data-testid="ended-connections">
      <summary className="cursor-pointer font-medium">{t("endedCount", { count: connections.length })}</summary>
      <ul className="mt-2 grid gap-1 text-muted-foreground">
        {connections.map((one) => (
          <li key={one.id} className="flex flex-wrap justify-between gap-x-4" data-connection-id={one.id}>
            <span className="text-foreground">{one.label}</span>
            {one.revoked_at ? <span>{t("ended", { time: formatInstant(one.revoked_at) })}</span> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}

function NoConnection() {
  const t = useTranslations("connections");
  const can = useCan();
  return (
    <Card>
      <Empty
        title={t("empty")}
        detail={t("emptyDetail")}
        action={can("connection:manage") ? <ConnectDialog /> : null}
      />
    </Card>
  );
}

function ListSkeleton() {
  return (
    <div className="grid gap-4" aria-busy="true">
      <Skeleton className="h-64 w-full rounded-lg" />
      <Skeleton className="h-64 w-full rounded-lg" />
    </div>
  );
}
