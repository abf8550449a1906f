"use client";

import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Label, NativeSelect } from "@/components/ui/input";
import type { ApiKey } from "@/lib/model";
import { useRotateApiKey } from "../queries";
import { IssuedSecret } from "./issued-secret";

const GRACE_HOURS = [0, 1, 6, 24] as const;

export function RotateDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const t = useTranslations("apiKeys");
  const app = useTranslations("app");
  const id = useId();
  const rotate = useRotateApiKey(apiKey.id);
  const [grace, setGrace] = useState("24");
  const secret = rotate.data?.secret;
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent
        closeLabel={app("close")}
        className="max-w-lg"
        onInteractOutside={(event) => secret && event.preventDefault()}
      >
        <div className="grid gap-1">
          <DialogTitle>{t(secret ? "rotatedTitle" : "rotateTitle", { name: apiKey.name })}</DialogTitle>
          <DialogDescription>{t(secret ? "createdLead" : "rotateLead")}</DialogDescription>
        </div>
        {secret ? (
          <IssuedSecret secret={secret} onDone={onClose} />
        ) : (
          <>
            <div className="grid gap-1.5">
              <Label htmlFor={id}>{t("grace")}</Label>
              <NativeSelect id={id} value={grace} onChange={(event) => setGrace(event.target.value)}>
                {GRACE_HOURS.map((hours) => (
                  <option key={hours} value={hours}>
                    {t("graceHours", { count: hours })}
                  </option>
                ))}
              </NativeSelect>
            </div>
            {rotate.error ? <Problem error={rotate.error} /> : null}
            <div className="flex justify-end gap-2">
              <Button variant="outline" onClick={onClose}>
                {t("cancel")}
              </Button>
              <Button disabled={rotate.isPending} onClick={() => rotate.mutate({ grace_hours: Number(grace) })}>
                {t("confirmRotate")}
              </Button>
            </div>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}
