"use client";

import { Pin } from "lucide-react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { useConnections } from "@/features/connections/queries";
import type { Advertiser } from "@/lib/model";
import { isSingle, nameOf } from "../coverage";
import { ServingReasons } from "./serving-reasons";

/** Who serves the advertiser; opens the reasons. */
export function ServingCell({ advertiser }: { advertiser: Advertiser }) {
  const t = useTranslations("succession");
  const connections = useConnections();
  const name = nameOf(connections.data, advertiser.serving_connection_id) ?? t("nobody");
  return (
    <span
      className="flex flex-wrap items-center gap-1.5"
      data-testid="serving"
      data-served={advertiser.served}
      data-connection-id={advertiser.serving_connection_id ?? ""}
    >
      <Popover>
        <PopoverTrigger asChild>
          <Button
            variant="ghost"
            size="sm"
            className="-ml-2 underline decoration-dotted underline-offset-4"
            aria-label={t("why", { name: advertiser.name, connection: name })}
          >
            {name}
          </Button>
        </PopoverTrigger>
        <PopoverContent
          className="w-96 max-w-[calc(100vw-1.5rem)]"
          aria-label={t("whyTitle", { name: advertiser.name })}
        >
          <ServingReasons advertiser={advertiser} />
        </PopoverContent>
      </Popover>
      {advertiser.pinned ? (
        <Pin className="size-3.5 text-muted-foreground" aria-label={t("pinnedMark")} role="img" />
      ) : null}
      {advertiser.served ? null : <Badge tone="danger">{t("unserved")}</Badge>}
      {isSingle(advertiser) ? <Badge tone="warning">{t("single")}</Badge> : null}
    </span>
  );
}
