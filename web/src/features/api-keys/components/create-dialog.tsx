"use client";

import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { useSession } from "@/features/session/queries";
import { serverNow } from "@/lib/clock";
import { useCreateApiKey } from "../queries";
import { type Draft, type Lacking, lackingIn, wishOf } from "../wish";
import { DraftFields } from "./draft-fields";
import { IssuedSecret } from "./issued-secret";

export function CreateDialog() {
  const t = useTranslations("apiKeys");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const change = (next: boolean) => {
    setOpen(next);
    setSecret(null);
  };
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button data-testid="create-api-key">
          <KeyRound aria-hidden />
          {t("create")}
        </Button>
      </DialogTrigger>
      <DialogContent
        closeLabel={app("close")}
        className="max-h-[calc(100dvh-2rem)] max-w-lg overflow-y-auto"
        onInteractOutside={(event) => secret && event.preventDefault()}
      >
        <div className="grid gap-1">
          <DialogTitle>{t(secret ? "createdTitle" : "createTitle")}</DialogTitle>
          <DialogDescription>{t(secret ? "createdLead" : "createLead")}</DialogDescription>
        </div>
        {secret ? <IssuedSecret secret={secret} onDone={() => change(false)} /> : <CreateForm onCreated={setSecret} />}
      </DialogContent>
    </Dialog>
  );
}

function CreateForm({ onCreated }: { onCreated: (secret: string) => void }) {
  const t = useTranslations("apiKeys");
  const create = useCreateApiKey();
  const limited = useSession().data?.brand_ids !== null;
  const [lacking, setLacking] = useState<Lacking>(null);
  const [draft, setDraft] = useState<Draft>({
    name: "",
    permissions: [],
    brands: limited ? [] : null,
    networks: "",
    perMinute: "",
    lifetime: "90",
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const found = lackingIn(draft);
    setLacking(found);
    if (found) return;
    create.mutate(wishOf(draft, serverNow()), { onSuccess: (issued) => onCreated(issued.secret) });
  };
  return (
    <form data-testid="api-key-form" onSubmit={submit} noValidate className="grid gap-4">
      <DraftFields draft={draft} limited={limited} onChange={setDraft} />
      <div aria-live="assertive" className="grid gap-2 empty:hidden">
        {lacking ? <Alert tone="warning">{t(`lacking_${lacking}`)}</Alert> : null}
        {create.error ? <Problem error={create.error} /> : null}
      </div>
      <Button type="submit" size="lg" disabled={create.isPending}>
        {t("createKey")}
      </Button>
    </form>
  );
}
