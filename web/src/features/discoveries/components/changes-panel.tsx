"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Label, NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { formatInstant } from "@/lib/format";
import type { Look } from "@/lib/model";
import { useChanges } from "../queries";
import { SightingList } from "./sighting-list";

interface ChangesPanelProps {
  connectionId: string;
  look: Look;
  looks: readonly Look[];
}

/** One look held against the one before it, or any other. */
export function ChangesPanel({ connectionId, look, looks }: ChangesPanelProps) {
  const t = useTranslations("sightings");
  const [since, setSince] = useState("");
  const changes = useChanges(connectionId, look.id, since || null);
  const found = changes.data;
  return (
    <Card data-testid="changes" aria-labelledby="changes-title">
      <CardHeader>
        <CardTitle id="changes-title">{t("changes")}</CardTitle>
        <div className="flex items-center gap-2">
          <Label htmlFor="since">{t("since")}</Label>
          <NativeSelect id="since" value={since} onChange={(event) => setSince(event.target.value)}>
            <option value="">{t("before")}</option>
            {looks
              .filter((one) => one.finished_at && one.id !== look.id)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {formatInstant(one.finished_at ?? "")}
                </option>
              ))}
          </NativeSelect>
        </div>
      </CardHeader>
      {changes.isPending ? <Skeleton className="m-4 h-24" /> : null}
      {changes.error ? <Problem error={changes.error} /> : null}
      {found && !found.gained.length && !found.lost.length ? (
        <Empty title={t("nothing")} detail={t("nothingDetail")} />
      ) : null}
      {found?.gained.length || found?.lost.length ? (
        <div className="grid gap-4 p-4 md:grid-cols-2">
          <section data-testid="gained" data-count={found.gained.length}>
            <h3 className="mb-2 font-medium text-sm text-success">
              {t("gained")} {found.gained.length}
            </h3>
            {found.since_id ? null : <p className="mb-2 text-muted-foreground text-xs">{t("first")}</p>}
            <SightingList sightings={found.gained} />
          </section>
          <section data-testid="lost" data-count={found.lost.length}>
            <h3 className="mb-2 font-medium text-destructive text-sm">
              {t("lost")} {found.lost.length}
            </h3>
            <SightingList sightings={found.lost} />
          </section>
        </div>
      ) : null}
    </Card>
  );
}
