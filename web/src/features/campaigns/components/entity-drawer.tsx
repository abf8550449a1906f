"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import type { EntityVersion } from "@/lib/model";
import { useVersions } from "../queries";
import type { CampaignsState } from "../state";
import { Pacing } from "./pacing";
import { Timeline } from "./timeline";
import { VersionFacts } from "./version-facts";

const PLACE =
  "top-0 right-0 left-auto h-full w-full max-w-lg translate-x-0 translate-y-0 content-start overflow-y-auto rounded-none";

interface EntityDrawerProps {
  open: CampaignsState["open"];
  onClose: () => void;
}

/** One entity: what it is, how far it is, and every version it had. */
export function EntityDrawer({ open, onClose }: EntityDrawerProps) {
  const t = useTranslations("campaigns");
  return (
    <Dialog open={open !== null} onOpenChange={(wanted) => !wanted && onClose()}>
      {open ? (
        <DialogContent
          closeLabel={t("close")}
          className={PLACE}
          data-testid="entity-drawer"
          aria-describedby={undefined}
        >
          <Loaded kind={open.kind} id={open.id} />
        </DialogContent>
      ) : null}
    </Dialog>
  );
}

function Loaded({ kind, id }: NonNullable<CampaignsState["open"]>) {
  const t = useTranslations("campaigns");
  const versions = useVersions(kind, id);
  const newest: EntityVersion | undefined = versions.data?.[0];
  const name = typeof newest?.fields.name === "string" ? newest.fields.name : "";
  return (
    <>
      <div className="space-y-1 pr-8">
        <DialogTitle className="break-words">{name || t(`one.${kind}`)}</DialogTitle>
        <DialogDescription>
          {t(`one.${kind}`)} <span className="font-mono text-xs">{id}</span>
        </DialogDescription>
      </div>
      {versions.error ? <Problem error={versions.error} onRetry={() => void versions.refetch()} /> : null}
      {versions.isPending ? <Skeleton data-loading="true" className="h-64" /> : null}
      {versions.data && !newest ? <p className="text-[13px] text-muted-foreground">{t("notFound")}</p> : null}
      {newest && versions.data ? (
        <>
          <Pacing kind={kind} version={newest} />
          <VersionFacts version={newest} />
          <Timeline versions={versions.data} />
        </>
      ) : null}
    </>
  );
}
