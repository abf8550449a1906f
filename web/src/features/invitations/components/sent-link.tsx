"use client";

import { Copy } from "lucide-react";
import { useId } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Input, Label } from "@/components/ui/input";

/** The link of an invitation, this once. */
export function SentLink({ link, onDone }: { link: string; onDone: () => void }) {
  const t = useTranslations("invitations");
  const id = useId();
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => toast.success(t("copied")),
      () => toast.error(t("copyFailed")),
    );
  return (
    <div className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor={id}>{t("link")}</Label>
        <div className="flex gap-2">
          <Input
            id={id}
            readOnly
            value={link}
            data-testid="invitation-link"
            onFocus={(event) => event.target.select()}
            className="font-mono text-xs"
          />
          <Button variant="outline" onClick={() => void copy()}>
            <Copy aria-hidden />
            {t("copy")}
          </Button>
        </div>
      </div>
      <Button className="justify-self-end" onClick={onDone}>
        {t("done")}
      </Button>
    </div>
  );
}
