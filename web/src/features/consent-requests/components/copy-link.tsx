"use client";

import { Copy } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";

interface CopyLinkProps {
  link: string;
  /** For readers who hear the button alone: whose link it is. */
  name?: string;
}

export function CopyLink({ link, name }: CopyLinkProps) {
  const t = useTranslations("consent");
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => toast.success(t("copied")),
      () => toast.error(t("copyFailed", { link })),
    );
  return (
    <Button
      variant="outline"
      size="sm"
      aria-label={name ? t("copyOf", { name }) : undefined}
      onClick={() => void copy()}
    >
      <Copy aria-hidden />
      {t("copy")}
    </Button>
  );
}
