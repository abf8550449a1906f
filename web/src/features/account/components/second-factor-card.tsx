"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatDay } from "@/lib/format";
import type { SecondFactor } from "@/lib/model";
import { useSecondFactor } from "../queries";
import { EnrolDialog } from "./enrol-dialog";
import { RemoveDialog, RenewDialog } from "./proof-dialogs";

const FEW_CODES = 3;

/** Whether signing in asks for a code, and what can be done about it. */
export function SecondFactorCard() {
  const t = useTranslations("account");
  const factor = useSecondFactor();
  if (factor.isPending) return <Skeleton className="h-40 w-full" />;
  if (factor.error) return <Problem error={factor.error} onRetry={() => factor.refetch()} />;
  const on = factor.data.enabled_at !== null;
  return (
    <Card data-testid="second-factor" data-state={on ? "on" : "off"}>
      <CardHeader>
        <CardTitle>{t("factorTitle")}</CardTitle>
        <Badge tone={on ? "success" : "neutral"}>{on ? t("factorOn") : t("factorOff")}</Badge>
      </CardHeader>
      <div className="grid gap-4 p-4 text-[13px]">{on ? <On factor={factor.data} /> : <Off />}</div>
    </Card>
  );
}

function Off() {
  const t = useTranslations("account");
  return (
    <>
      <p className="max-w-prose text-muted-foreground">{t("factorOffLead")}</p>
      <EnrolDialog />
    </>
  );
}

function On({ factor }: { factor: SecondFactor }) {
  const t = useTranslations("account");
  const left = factor.recovery_codes_left;
  return (
    <>
      <p className="text-muted-foreground">
        {t("factorOnLead", { date: formatDay((factor.enabled_at ?? "").slice(0, 10), undefined, true) })}
      </p>
      {left <= FEW_CODES ? (
        <Alert tone="warning">
          <p>{t("codesLeft", { count: left })}</p>
          <p>{t("codesLow")}</p>
        </Alert>
      ) : (
        <p>{t("codesLeft", { count: left })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        <RenewDialog />
        <RemoveDialog />
      </div>
    </>
  );
}
