"use client";

import { useMutation } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { saveFile } from "@/features/metrics/download";
import { type FileFormat, queryFile } from "@/features/metrics/queries";
import type { MetricsQuery } from "@/lib/model";
import { useRequestExport } from "../queries";

interface DownloadMenuProps {
  request: MetricsQuery | null;
  fileName: string;
  disabled: boolean;
}

/** The other ways to take along what is seen: a workbook, Parquet, or a file written in the background. */
export function DownloadMenu({ request, fileName, disabled }: DownloadMenuProps) {
  const t = useTranslations("exports");
  const later = useRequestExport();
  const now = useMutation({
    mutationFn: async (format: FileFormat) => {
      const name = fileName.replace(/csv$/, format);
      saveFile(await queryFile(format, request as MetricsQuery), name);
      return name;
    },
    onSuccess: (name) => toast.success(t("downloaded", { name })),
    onError: (error) => toast.error(t("downloadFailed"), { description: error.message }),
  });
  const inBackground = () =>
    request &&
    later.mutate(
      { format: "csv", query: request, bom: false },
      {
        onSuccess: () => toast.success(t("requested"), { description: t("requestedDetail") }),
        onError: (error) => toast.error(error.message),
      },
    );
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="outline"
          size="icon"
          data-testid="download-menu"
          disabled={disabled || now.isPending}
          aria-label={t("more")}
        >
          <ChevronDown aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => now.mutate("xlsx")}>{t("downloadXlsx")}</DropdownMenuItem>
        <DropdownMenuItem onSelect={() => now.mutate("parquet")}>{t("downloadParquet")}</DropdownMenuItem>
        <DropdownMenuItem onSelect={inBackground}>{t("background")}</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
