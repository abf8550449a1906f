"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Input, Label, NativeSelect } from "@/components/ui/input";
import type { ConsentRequest, ConsentRequestInput, Region } from "@/lib/model";
import { useCreateRequest } from "../queries";
import { CopyLink } from "./copy-link";

const REGIONS = ["NA", "EU", "FE"] as const;
const LIVES = [1, 3, 7, 14, 30] as const;

interface RequestDialogProps {
  /** The connection to renew; a new one where it is absent. */
  renews?: { id: string; name: string };
  onClose: () => void;
}

export function RequestDialog({ renews, onClose }: RequestDialogProps) {
  const t = useTranslations("consent");
  const app = useTranslations("app");
  const [created, setCreated] = useState<ConsentRequest | null>(null);
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent closeLabel={app("close")} data-testid="consent-request-dialog">
        <div className="grid gap-1">
          <DialogTitle>{renews ? t("renewTitle", { name: renews.name }) : t("dialogTitle")}</DialogTitle>
          <DialogDescription>{t("dialogLead")}</DialogDescription>
        </div>
        {created ? (
          <Created request={created} onClose={onClose} />
        ) : (
          <RequestForm connectionId={renews?.id} onCreated={setCreated} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function wish(form: FormData, connectionId: string | undefined): ConsentRequestInput {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const about = connectionId ? { connection_id: connectionId } : { region: form.get("region") as Region };
  return {
    ...about,
    note: text("note"),
    life_days: Number(form.get("life_days")),
    ...(text("label") ? { label: text("label") } : {}),
    ...(text("email") ? { recipient_email: text("email") } : {}),
  };
}

interface RequestFormProps {
  connectionId: string | undefined;
  onCreated: (request: ConsentRequest) => void;
}

function RequestForm({ connectionId, onCreated }: RequestFormProps) {
  const t = useTranslations("consent");
  const create = useCreateRequest();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate(wish(new FormData(event.currentTarget), connectionId), { onSuccess: onCreated });
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      {connectionId ? null : <NewConnection />}
      <Field name="note" label={t("note")} placeholder={t("notePlaceholder")} maxLength={300} />
      <Field name="email" label={t("email")} type="email" maxLength={320} hint={t("emailHint")} />
      <div className="grid gap-1.5">
        <Label htmlFor="request-life_days">{t("days")}</Label>
        <NativeSelect id="request-life_days" name="life_days" defaultValue={7}>
          {LIVES.map((days) => (
            <option key={days} value={days}>
              {t("dayCount", { days })}
            </option>
          ))}
        </NativeSelect>
      </div>
      {create.error ? <Problem error={create.error} /> : null}
      <Button type="submit" size="lg" disabled={create.isPending}>
        {create.isPending ? t("creating") : t("create")}
      </Button>
    </form>
  );
}

function NewConnection() {
  const t = useTranslations("consent");
  const regions = useTranslations("connections");
  return (
    <>
      <div className="grid gap-1.5">
        <Label htmlFor="request-region">{t("region")}</Label>
        <NativeSelect id="request-region" name="region" defaultValue="NA">
          {REGIONS.map((region) => (
            <option key={region} value={region}>
              {regions(region)}
            </option>
          ))}
        </NativeSelect>
      </div>
      <Field name="label" label={t("label")} placeholder={t("labelPlaceholder")} maxLength={100} />
    </>
  );
}

interface FieldProps {
  name: string;
  label: string;
  maxLength: number;
  type?: string;
  placeholder?: string;
  hint?: string;
}

function Field({ name, label, hint, ...input }: FieldProps) {
  const id = `request-${name}`;
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input id={id} name={name} autoComplete="off" aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint ? (
        <p id={`${id}-hint`} className="text-muted-foreground text-xs">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

function Created({ request, onClose }: { request: ConsentRequest; onClose: () => void }) {
  const t = useTranslations("consent");
  return (
    <div className="grid gap-3" role="status">
      <p className="font-medium text-[13px]">{t("created")}</p>
      <div className="grid gap-1.5">
        <Label htmlFor="request-link">{t("link")}</Label>
        <Input id="request-link" readOnly value={request.link ?? ""} onFocus={(event) => event.target.select()} />
      </div>
      {request.recipient_email ? (
        <p className="text-[13px] text-muted-foreground">{t("sentTo", { email: request.recipient_email })}</p>
      ) : null}
      <div className="flex justify-end gap-2">
        <CopyLink link={request.link ?? ""} />
        <Button onClick={onClose}>{t("done")}</Button>
      </div>
    </div>
  );
}
