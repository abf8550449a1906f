"use client";

import { useTranslations } from "use-intl";
import { PageHeader } from "@/components/states";
import { ConnectDialog } from "@/features/connections/components/connect-dialog";
import { ConnectionList } from "@/features/connections/components/connection-list";
import { connectResult, ResultBanner } from "@/features/connections/components/result-banner";
import { useConnections } from "@/features/connections/queries";
import { RequestList } from "@/features/consent-requests/components/request-list";
import { ContinuityStrip } from "@/features/credentials/components/continuity-strip";
import { useCan } from "@/features/session/queries";
import { useSearch } from "@/lib/router";

export function ConnectionsClient() {
  const t = useTranslations("connections");
  const can = useCan();
  const connections = useConnections();
  const [params, write] = useSearch();
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        {can("connection:manage") && connections.data?.length ? <ConnectDialog /> : null}
      </PageHeader>
      <ResultBanner result={connectResult(params)} connections={connections.data} onDismiss={() => write("")} />
      {connections.data?.length ? <ContinuityStrip /> : null}
      <ConnectionList />
      {can("connection:manage") ? <RequestList /> : null}
    </div>
  );
}
