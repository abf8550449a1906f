"use client";

import { Compass, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { asApiError } from "@/lib/problem";
import { Alert } from "./ui/alert";
import { Button } from "./ui/button";

interface ProblemProps {
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, what to do, and the id to quote. */
export function Problem({ error, onRetry }: ProblemProps) {
  const t = useTranslations("state");
  const problem = asApiError(error);
  return (
    <Alert tone="danger" role="alert">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 space-y-0.5">
          <p className="font-medium">{problem.title}</p>
          {problem.detail && problem.detail !== problem.title ? <p>{problem.detail}</p> : null}
          {problem.hint ? <p className="text-muted-foreground">{problem.hint}</p> : null}
          {problem.requestId ? (
            <p className="font-mono text-muted-foreground text-xs">{t("requestId", { id: problem.requestId })}</p>
          ) : null}
        </div>
        {onRetry ? (
          <Button variant="outline" size="sm" onClick={onRetry}>
            <RotateCw aria-hidden />
            {t("retry")}
          </Button>
        ) : null}
      </div>
    </Alert>
  );
}

interface EmptyProps {
  title: string;
  /** The whole page is this. */
  heading?: boolean;
  detail?: string;
  action?: ReactNode;
}

export function Empty({ title, heading = false, detail, action }: EmptyProps) {
  const Title = heading ? "h1" : "p";
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      <span className="grid size-10 place-items-center rounded-full bg-accent text-primary">
        <Compass aria-hidden className="size-5" />
      </span>
      <div className="max-w-md space-y-1">
        <Title className="font-medium">{title}</Title>
        {detail ? <p className="text-[13px] text-muted-foreground">{detail}</p> : null}
      </div>
      {action}
    </div>
  );
}

export function PageHeader({ title, lead, children }: { title: string; lead?: string; children?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 sm:flex-nowrap">
      <div className="max-w-2xl space-y-1">
        <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        {lead ? <p className="text-[13px] text-muted-foreground">{lead}</p> : null}
      </div>
      {children}
    </header>
  );
}
