"use client";

import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { type AuditState, exportHref } from "../state";

/** The same entries as a file; a plain link, so that the browser streams it to disk. */
export function ExportLinks({ state }: { state: AuditState }) {
  const t = useTranslations("audit");
  return (
    <div className="flex shrink-0 gap-2">
      {(["csv", "jsonl"] as const).map((format) => (
        <Button key={format} asChild variant="outline">
          <a href={exportHref(format, state)} download data-testid={`audit-export-${format}`}>
            <Download aria-hidden />
            {t(format)}
          </a>
        </Button>
      ))}
    </div>
  );
}
