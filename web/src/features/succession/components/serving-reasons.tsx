"use client";

import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { useConnections } from "@/features/connections/queries";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { Advertiser, Serving } from "@/lib/model";
import { nameOf } from "../coverage";
import { usePin, useServing } from "../queries";

export function ServingReasons({ advertiser }: { advertiser: Advertiser }) {
  const t = useTranslations("succession");
  const serving = useServing(advertiser.id);
  if (serving.isPending) return <Skeleton className="h-24 w-full" />;
  if (serving.error) return <Problem error={serving.error} onRetry={() => void serving.refetch()} />;
  const { cause_text, since, candidates } = serving.data;
  return (
    <div className="grid gap-2.5 text-[13px]">
      <div className="grid gap-0.5">
        <p className="font-medium">{t("whyTitle", { name: advertiser.name })}</p>
        <p className="text-muted-foreground">{t("because", { cause: cause_text, time: formatInstant(since) })}</p>
      </div>
      <ol className="grid gap-2.5" aria-label={t("candidates")}>
        {candidates.map((candidate) => (
          <CandidateItem key={candidate.connection_id} advertiser={advertiser} serving={serving.data} one={candidate} />
        ))}
      </ol>
    </div>
  );
}

interface CandidateProps {
  advertiser: Advertiser;
  serving: Serving;
  one: Serving["candidates"][number];
}

function CandidateItem({ advertiser, serving, one }: CandidateProps) {
  const t = useTranslations("succession");
  const connections = useConnections();
  return (
    <li className="grid gap-1 rounded-md border p-2.5" data-usable={one.usable}>
      <p className="flex flex-wrap items-center gap-2 font-medium">
        {nameOf(connections.data, one.connection_id) ?? one.connection_id.slice(0, 8)}
        <Badge tone={one.usable ? "success" : "danger"}>{t(one.usable ? "usable" : "unusable")}</Badge>
      </p>
      <ul className="list-disc pl-4 text-muted-foreground text-xs">
        {one.reasons.map((reason) => (
          <li key={reason.code}>{reason.text}</li>
        ))}
      </ul>
      <PinButton advertiser={advertiser} serving={serving} connectionId={one.connection_id} />
    </li>
  );
}

function PinButton({ advertiser, serving, connectionId }: Omit<CandidateProps, "one"> & { connectionId: string }) {
  const t = useTranslations("succession");
  const can = useCan();
  const pin = usePin(advertiser.id);
  const pinned = serving.pinned_connection_id === connectionId;
  if (!can("connection:manage") || (!pinned && serving.candidates.length < 2)) return null;
  const choose = () =>
    pin.mutate(pinned ? null : connectionId, {
      onSuccess: () => toast.success(t(pinned ? "unpinned" : "pinned", { name: advertiser.name })),
      onError: (error) => toast.error(t("failed"), { description: error.message }),
    });
  return (
    <Button variant="outline" size="sm" className="justify-self-start" disabled={pin.isPending} onClick={choose}>
      {t(pinned ? "unpin" : "pin")}
    </Button>
  );
}
