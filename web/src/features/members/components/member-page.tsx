"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Skeleton } from "@/components/ui/skeleton";
import { InvitationList } from "@/features/invitations/components/invitation-list";
import { InviteDialog } from "@/features/invitations/components/invite-dialog";
import { useCan, useSession } from "@/features/session/queries";
import { ViewAsDialog } from "@/features/viewing/components/view-as-dialog";
import type { Member } from "@/lib/model";
import { useMembers } from "../queries";
import { GrantsDialog } from "./grants-dialog";
import { type MemberAct, MemberTable } from "./member-table";
import { RemovalDialog } from "./removal-dialog";

type Open = { act: MemberAct; member: Member } | null;

export function MemberPage() {
  const t = useTranslations("members");
  const session = useSession();
  const members = useMembers();
  const can = useCan();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead", { organization: session.data?.organization.name ?? "…" })}>
        {can("member:manage") ? <InviteDialog /> : null}
      </PageHeader>
      {members.isPending ? <Skeleton className="h-64 w-full rounded-lg" /> : null}
      {members.error ? <Problem error={members.error} onRetry={() => void members.refetch()} /> : null}
      {members.data ? <MemberTable members={members.data} onAct={(act, member) => setOpen({ act, member })} /> : null}
      <InvitationList />
      {open?.act === "change" ? <GrantsDialog member={open.member} onClose={close} /> : null}
      {open?.act === "remove" ? <RemovalDialog member={open.member} onClose={close} /> : null}
      {open?.act === "viewAs" ? <ViewAsDialog member={open.member} onClose={close} /> : null}
    </div>
  );
}
