"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useCan } from "@/features/session/queries";
import type { ApiKey } from "@/lib/model";
import { useApiKeys } from "../queries";
import { curlExample } from "../wish";
import { type ApiKeyAct, ApiKeyTable } from "./api-key-table";
import { CreateDialog } from "./create-dialog";
import { RenameDialog, RevokeDialog } from "./name-dialogs";
import { RotateDialog } from "./rotate-dialog";

type Open = { act: ApiKeyAct; apiKey: ApiKey } | null;

export function ApiKeyPage() {
  const t = useTranslations("apiKeys");
  const keys = useApiKeys();
  const can = useCan();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        {can("api_key:manage") ? <CreateDialog /> : null}
      </PageHeader>
      {keys.isPending ? <Skeleton className="h-48 w-full rounded-lg" /> : null}
      {keys.error ? <Problem error={keys.error} onRetry={() => void keys.refetch()} /> : null}
      {keys.data?.length === 0 ? (
        <Card>
          <Empty title={t("emptyTitle")} detail={t("emptyDetail")} />
        </Card>
      ) : null}
      {keys.data?.length ? <ApiKeyTable apiKeys={keys.data} onAct={(act, apiKey) => setOpen({ act, apiKey })} /> : null}
      {keys.data ? <Usage /> : null}
      {open?.act === "rename" ? <RenameDialog apiKey={open.apiKey} onClose={close} /> : null}
      {open?.act === "rotate" ? <RotateDialog apiKey={open.apiKey} onClose={close} /> : null}
      {open?.act === "revoke" ? <RevokeDialog apiKey={open.apiKey} onClose={close} /> : null}
    </div>
  );
}

/** How a program calls. */
function Usage() {
  const t = useTranslations("apiKeys");
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("usageTitle")}</CardTitle>
      </CardHeader>
      <div className="grid grid-cols-1 gap-2 p-4 text-[13px]">
        <p>{t("usageLead")}</p>
        <pre tabIndex={0} data-testid="curl-example" className="overflow-x-auto rounded-md border bg-muted p-3 text-xs">
          {curlExample(location.origin)}
        </pre>
      </div>
    </Card>
  );
}
