"use client";

import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useAdvertisers } from "@/features/advertisers/queries";
import { useCan } from "@/features/session/queries";
import { useSyncs } from "@/features/syncs/queries";
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
  const broken = [credentials, advertisers, syncs].filter((query) => query.error);
  return (
    <>
      {broken.map((query) => (
        <Problem key={query.error?.message} error={query.error} onRetry={() => void query.refetch()} />
      ))}
      {connections.data.map((connection) => (
        <ConnectionCard
          key={connection.id}
          connection={connection}
          credential={credentials.data?.find((one) => one.connection_id === connection.id)}
          advertisers={advertisers.data?.filter((one) => one.connection_ids.includes(connection.id))}
          syncs={syncs.data ?? []}
        />
      ))}
    </>
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
