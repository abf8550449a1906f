"use client";

import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { DownloadMenu } from "@/features/exports/components/download-menu";
import { useCan } from "@/features/session/queries";
import type { MetricsQuery } from "@/lib/model";
import { saveFile } from "../download";
import { queryFile } from "../queries";
import { csvName } from "../request";

interface DownloadCsvProps {
  level: string;
  request: MetricsQuery | null;
  scope: readonly string[];
  empty: boolean;
}

export function DownloadCsv({ level, request, scope, empty }: DownloadCsvProps) {
  const t = useTranslations("table");
  const can = useCan();
  const download = useMutation({
    mutationFn: async (body: MetricsQuery) => {
      const name = csvName(level, body, scope);
      saveFile(await queryFile("csv", body), name);
      return name;
    },
    onSuccess: (name) => toast.success(t("downloaded", { name })),
    onError: (error) => toast.error(t("downloadFailed"), { description: error.message }),
  });
  if (!can("report:export")) return null;
  return (
    <div className="flex gap-1">
      <Button
        variant="outline"
        data-testid="download-csv"
        disabled={!request || empty || download.isPending}
        onClick={() => request && download.mutate(request)}
      >
        <Download aria-hidden />
        {download.isPending ? t("downloading") : t("download")}
      </Button>
      <DownloadMenu
        request={request}
        fileName={request ? csvName(level, request, scope) : ""}
        disabled={!request || empty}
      />
    </div>
  );
}
