"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useConnections } from "@/features/connections/queries";
import { ChangesPanel } from "@/features/discoveries/components/changes-panel";
import { LookTable } from "@/features/discoveries/components/look-table";
import { SightingList } from "@/features/discoveries/components/sighting-list";
import { useLooks, useSightings } from "@/features/discoveries/queries";
import { Link, useSearch } from "@/lib/router";

export function SightingsClient() {
  const t = useTranslations("sightings");
  const connections = useConnections();
  const [params, write] = useSearch();
  const id = params.get("id") ?? "";
  const connection = connections.data?.find((one) => one.id === id);
  if (connections.isPending) return <Skeleton className="h-64 w-full" />;
  if (connections.error) return <Problem error={connections.error} onRetry={() => void connections.refetch()} />;
  if (!connection) return <Empty title={t("unknown")} action={<Link href="/connections/">{t("back")}</Link>} />;
  const name = connection.amazon_user_name || connection.label;
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title", { name })} lead={t("lead")}>
        <Link className="text-[13px] text-primary underline" href="/connections/">
          {t("back")}
        </Link>
      </PageHeader>
      <History
        id={id}
        look={params.get("look")}
        onLook={(look) => write(new URLSearchParams({ id, look }).toString())}
      />
      <SeenNow id={id} />
    </div>
  );
}

function History({ id, look, onLook }: { id: string; look: string | null; onLook: (id: string) => void }) {
  const t = useTranslations("sightings");
  const looks = useLooks(id);
  if (looks.isPending) return <Skeleton className="h-48 w-full" />;
  if (looks.error) return <Problem error={looks.error} onRetry={() => void looks.refetch()} />;
  const ended = looks.data.filter((one) => one.finished_at);
  const chosen = ended.find((one) => one.id === look) ?? ended[0];
  return (
    <>
      <Card>
        <CardHeader>
          <CardTitle>{t("history")}</CardTitle>
        </CardHeader>
        {looks.data.length ? (
          <LookTable looks={looks.data} chosen={chosen?.id ?? null} onChoose={onLook} />
        ) : (
          <Empty title={t("noHistory")} detail={t("noHistoryDetail")} />
        )}
      </Card>
      {chosen ? <ChangesPanel key={chosen.id} connectionId={id} look={chosen} looks={looks.data} /> : null}
    </>
  );
}

function SeenNow({ id }: { id: string }) {
  const t = useTranslations("sightings");
  const sightings = useSightings(id);
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("now")}</CardTitle>
      </CardHeader>
      {sightings.isPending ? <Skeleton className="m-4 h-48" /> : null}
      {sightings.error ? <Problem error={sightings.error} onRetry={() => void sightings.refetch()} /> : null}
      {sightings.data ? (
        <div className="p-4">
          <SightingList sightings={sightings.data} />
        </div>
      ) : null}
    </Card>
  );
}
