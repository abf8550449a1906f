"use client";

import { Copy } from "lucide-react";
import { useId } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Input, Label } from "@/components/ui/input";

/** The secret of a key, this once. */
export function IssuedSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const t = useTranslations("apiKeys");
  const id = useId();
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => toast.success(t("copied")),
      () => toast.error(t("copyFailed")),
    );
  return (
    <div className="grid gap-4">
      <Alert tone="warning">{t("onlyNow")}</Alert>
      <div className="grid gap-1.5">
        <Label htmlFor={id}>{t("secret")}</Label>
        <div className="flex gap-2">
          <Input
            id={id}
            readOnly
            value={secret}
            data-testid="api-key-secret"
            onFocus={(event) => event.target.select()}
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-xs"
          />
          <Button variant="outline" onClick={() => void copy()}>
            <Copy aria-hidden />
            {t("copy")}
          </Button>
        </div>
      </div>
      <Button size="lg" onClick={onDone}>
        {t("kept")}
      </Button>
    </div>
  );
}
