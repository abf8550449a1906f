"use client";

import { type FormEvent, useId } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Input, Label } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import { useOrganization, useRename } from "../queries";
import { HandOverDialog } from "./hand-over-dialog";

export function OrganizationPage() {
  const t = useTranslations("organization");
  const organization = useOrganization();
  const can = useCan();
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      {organization.isPending ? <Skeleton className="h-40 w-full rounded-lg" /> : null}
      {organization.error ? <Problem error={organization.error} onRetry={() => void organization.refetch()} /> : null}
      {organization.data ? (
        <Card>
          <CardHeader>
            <CardTitle>{t("nameTitle")}</CardTitle>
          </CardHeader>
          <NameForm key={organization.data.name} name={organization.data.name} />
          <p className="px-4 pb-4 text-muted-foreground text-xs">
            {t("since", { time: formatInstant(organization.data.created_at) })}
          </p>
        </Card>
      ) : null}
      {organization.data && can("organization:transfer") ? (
        <Card>
          <CardHeader>
            <CardTitle>{t("transferTitle")}</CardTitle>
          </CardHeader>
          <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-4">
            <p className="text-[13px]">{t("transferLead")}</p>
            <HandOverDialog organization={organization.data.name} />
          </div>
        </Card>
      ) : null}
    </div>
  );
}

function NameForm({ name }: { name: string }) {
  const t = useTranslations("organization");
  const id = useId();
  const rename = useRename();
  const mayRename = useCan()("organization:manage");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (wanted) rename.mutate(wanted, { onSuccess: () => toast.success(t("saved")) });
  };
  return (
    <form data-testid="organization-form" onSubmit={submit} className="grid gap-3 px-4 py-4">
      <div className="grid max-w-md gap-1.5">
        <Label htmlFor={id}>{t("name")}</Label>
        <Input id={id} name="name" defaultValue={name} maxLength={120} required disabled={!mayRename} />
      </div>
      {rename.error ? <Problem error={rename.error} /> : null}
      {mayRename ? (
        <Button type="submit" className="justify-self-start" disabled={rename.isPending}>
          {t("save")}
        </Button>
      ) : null}
    </form>
  );
}
