"use client";

import { Copy, Download } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { DialogDescription } from "@/components/ui/dialog";

/** Shown this once, with ways to keep them. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const t = useTranslations("account");
  const text = `${codes.join("\n")}\n`;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast.success(t("copied"));
  };
  return (
    <div className="grid gap-4">
      <h3 className="font-medium text-sm">{t("codesTitle")}</h3>
      <DialogDescription>{t("codesLead")}</DialogDescription>
      <ul data-testid="recovery-codes" className="grid grid-cols-2 gap-1.5 rounded-md border p-3 font-mono text-[13px]">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button variant="outline" onClick={copy}>
          <Copy aria-hidden />
          {t("copy")}
        </Button>
        <Button asChild variant="outline">
          <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="leadline-recovery-codes.txt">
            <Download aria-hidden />
            {t("download")}
          </a>
        </Button>
      </div>
      <Button size="lg" onClick={onKept}>
        {t("codesKept")}
      </Button>
    </div>
  );
}
