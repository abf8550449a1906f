"use client";

import { LogOut } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useEndOtherSessions, useSessions } from "../queries";
import { SessionRow } from "./session-row";

export function SessionPage() {
  const t = useTranslations("sessions");
  const sessions = useSessions();
  const endOthers = useEndOtherSessions();
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;
  return (
    <div className="grid gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        {others ? (
          <Button
            variant="outline"
            data-testid="end-other-sessions"
            disabled={endOthers.isPending}
            onClick={() => endOthers.mutate(undefined, { onSuccess: () => toast.success(t("othersEnded")) })}
          >
            <LogOut aria-hidden />
            {t("endOthers")}
          </Button>
        ) : null}
      </PageHeader>
      {sessions.isPending ? <Skeleton className="h-40 w-full rounded-lg" /> : null}
      {sessions.error ? <Problem error={sessions.error} onRetry={() => void sessions.refetch()} /> : null}
      {endOthers.error ? <Problem error={endOthers.error} /> : null}
      {sessions.data ? (
        <Card>
          <ul aria-label={t("list")} className="divide-y">
            {sessions.data.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        </Card>
      ) : null}
      {sessions.data && !others ? <p className="text-[13px] text-muted-foreground">{t("onlyThis")}</p> : null}
    </div>
  );
}
