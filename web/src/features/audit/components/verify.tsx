"use client";

import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import type { Verification } from "@/lib/model";
import { KNOWN, noted, verifyChain } from "../verification";

/** Checks the whole chain, against a head noted earlier where one is given, and shows the verdict. */
export function Verify() {
  const t = useTranslations("audit");
  const [known, setKnown] = useState("");
  const [progress, setProgress] = useState<Verification | null>(null);
  const check = useMutation({ mutationFn: () => verifyChain(known.trim(), setProgress) });
  const malformed = known.trim() !== "" && !KNOWN.test(known.trim());
  return (
    <Card className="grid gap-3 p-4" data-testid="audit-verify">
      <div>
        <CardTitle>{t("chain")}</CardTitle>
        <p className="text-muted-foreground text-xs">{t("chainLead")}</p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="outline" disabled={check.isPending || malformed} onClick={() => check.mutate()}>
          <ShieldCheck aria-hidden />
          {check.isPending ? t("verifying") : t("verify")}
        </Button>
        <Input
          aria-label={t("known")}
          aria-invalid={malformed}
          placeholder={t("knownPlaceholder")}
          value={known}
          onChange={(event) => setKnown(event.target.value)}
          className="w-72 max-w-full font-mono text-xs"
        />
        <p aria-live="polite" className="text-muted-foreground text-xs tabular-nums">
          {check.isPending && progress ? t("progress", { checked: progress.checked, total: progress.total }) : null}
        </p>
      </div>
      {check.error ? <Problem error={check.error} /> : null}
      {check.data && !check.isPending ? <Verdict result={check.data} /> : null}
    </Card>
  );
}

function Verdict({ result }: { result: Verification }) {
  const t = useTranslations("audit");
  const intact = result.state === "intact";
  return (
    <Alert
      tone={intact ? "success" : "danger"}
      role={intact ? "status" : "alert"}
      data-testid="audit-verdict"
      data-state={result.state}
    >
      <p className="font-medium">
        {intact ? t("intact", { checked: result.checked }) : t("broken", { broken: result.broken })}
      </p>
      {result.breaks.map((found) => (
        <p key={`${found.kind} ${found.sequence}`}>
          {t(`breaks.${found.kind}`, { first: found.sequence, last: found.through })}
        </p>
      ))}
      <p className="text-muted-foreground">{t("head")}</p>
      <p className="break-all font-mono text-xs">{noted(result.head)}</p>
    </Alert>
  );
}
