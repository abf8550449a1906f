"use client";

import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Field } from "@/components/field";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useFilled } from "@/features/identity/form";
import { useIdentity } from "@/features/identity/queries";
import { formatDay } from "@/lib/format";
import type { Profile } from "@/lib/model";
import { useProfile, useRename } from "../queries";
import { ChangeEmailDialog } from "./change-email-dialog";

/** Your name, and the address that signs you in. */
export function ProfileForm() {
  const profile = useProfile();
  const identity = useIdentity();
  if (profile.isPending || identity.isPending) return <Skeleton className="h-64 w-full" />;
  if (profile.error) return <Problem error={profile.error} onRetry={() => profile.refetch()} />;
  return (
    <Card className="p-4">
      <Fields profile={profile.data} elsewhere={identity.data?.provider === "clerk"} />
    </Card>
  );
}

function Fields({ profile, elsewhere }: { profile: Profile; elsewhere: boolean }) {
  const t = useTranslations("account");
  const rename = useRename();
  const { missing, submit } = useFilled(["name"], ({ name }) =>
    rename.mutate(name, { onSuccess: () => toast.success(t("saved")) }),
  );
  return (
    <form data-testid="profile-form" onSubmit={submit} noValidate className="grid max-w-md gap-4">
      <Field
        key={profile.name}
        label={t("name")}
        name="name"
        autoComplete="name"
        defaultValue={profile.name}
        maxLength={120}
        disabled={elsewhere}
      />
      <Field label={t("email")} name="email" type="email" value={profile.email} readOnly hint={t("emailHint")} />
      {elsewhere ? null : <ChangeEmailDialog />}
      <p className="text-muted-foreground text-xs">
        {t("since", { date: formatDay(profile.created_at.slice(0, 10), undefined, true) })}
      </p>
      <FormProblem missing={missing} error={rename.error} />
      {elsewhere ? (
        <p className="text-[13px] text-muted-foreground">{t("elsewhere")}</p>
      ) : (
        <Button type="submit" className="justify-self-start" disabled={rename.isPending}>
          {rename.isPending ? t("saving") : t("save")}
        </Button>
      )}
    </form>
  );
}
