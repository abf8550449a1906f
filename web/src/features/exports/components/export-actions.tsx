"use client";

import { Download, Link2, Trash2, X } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import type { ExportItem } from "@/lib/model";
import { useAddExportLink, useCancelExport, useRevokeExport } from "../queries";
import { isUnfinished } from "../shown";

export function ExportActions({ item, name }: { item: ExportItem; name: string }) {
  const t = useTranslations("exports");
  const cancel = useCancelExport();
  const onError = (error: Error) => toast.error(error.message);
  if (isUnfinished(item)) {
    return (
      <Button
        variant="outline"
        size="sm"
        disabled={cancel.isPending}
        aria-label={t("cancelNamed", { name })}
        onClick={() => cancel.mutate(item.id, { onError })}
      >
        <X aria-hidden />
        {t("cancel")}
      </Button>
    );
  }
  return item.state === "ready" ? <ReadyActions item={item} name={name} onError={onError} /> : null;
}

interface ReadyProps {
  item: ExportItem;
  name: string;
  onError: (error: Error) => void;
}

function ReadyActions({ item, name, onError }: ReadyProps) {
  const t = useTranslations("exports");
  const revoke = useRevokeExport();
  const link = useAddExportLink();
  const copy = async (path: string) => {
    await navigator.clipboard.writeText(`${location.origin}${path}`);
    toast.success(t("linkCopied"));
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild variant="outline" size="sm">
        <a href={`/v1/exports/${item.id}/file`} download aria-label={t("downloadNamed", { name })}>
          <Download aria-hidden />
          {t("download")}
        </a>
      </Button>
      <Button
        variant="outline"
        size="sm"
        disabled={link.isPending}
        aria-label={t("linkNamed", { name })}
        onClick={() => link.mutate(item.id, { onSuccess: (made) => void copy(made.path).catch(onError), onError })}
      >
        <Link2 aria-hidden />
        {t("link")}
      </Button>
      <Button
        variant="outline"
        size="sm"
        disabled={revoke.isPending}
        aria-label={t("revokeNamed", { name })}
        onClick={() => revoke.mutate(item.id, { onSuccess: () => toast.success(t("revoked")), onError })}
      >
        <Trash2 aria-hidden />
        {t("revoke")}
      </Button>
    </div>
  );
}
