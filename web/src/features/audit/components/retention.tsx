"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Input, Label } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { AuditRetention } from "@/lib/model";
import { useChangeRetention, useRetention } from "../queries";

/** How long entries are kept; a field for those who may change it, a sentence for the others. */
export function Retention({ mayChange }: { mayChange: boolean }) {
  const t = useTranslations("audit");
  const retention = useRetention(true);
  return (
    <Card data-testid="audit-retention">
      <CardHeader>
        <div>
          <CardTitle>{t("retention")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("retentionLead")}</p>
        </div>
      </CardHeader>
      <div className="p-4 pt-0 text-[13px]">
        {retention.error ? <Problem error={retention.error} onRetry={() => void retention.refetch()} /> : null}
        {retention.isPending ? <Skeleton data-loading="true" className="h-8 w-48" /> : null}
        {retention.data && mayChange ? <RetentionForm key={retention.data.days} retention={retention.data} /> : null}
        {retention.data && !mayChange ? t("keptDays", { days: retention.data.days }) : null}
      </div>
    </Card>
  );
}

function RetentionForm({ retention }: { retention: AuditRetention }) {
  const t = useTranslations("audit");
  const change = useChangeRetention();
  const [days, setDays] = useState(String(retention.days));
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(Number(days), {
      onSuccess: (kept) => toast.success(t("keptDays", { days: kept.days })),
      onError: (error) => toast.error(error.message),
    });
  };
  return (
    <form onSubmit={save} className="flex flex-wrap items-center gap-2">
      <Label htmlFor="audit-days">{t("days")}</Label>
      <Input
        id="audit-days"
        type="number"
        required
        min={retention.min_days}
        max={retention.max_days}
        value={days}
        onChange={(event) => setDays(event.target.value)}
        className="w-24"
      />
      <Button type="submit" variant="outline" disabled={change.isPending || days === String(retention.days)}>
        {t("save")}
      </Button>
    </form>
  );
}
