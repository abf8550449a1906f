"use client";

import { RotateCw, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Problem } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { GrantBadges } from "@/features/roles/components/grant-badges";
import { useCan } from "@/features/session/queries";
import type { Invitation, SentInvitation } from "@/lib/model";
import { useInvitations, useResend, useRevoke } from "../queries";
import { SentLink } from "./sent-link";

/** Invitations nobody has accepted yet; nothing at all while there is none. */
export function InvitationList() {
  const t = useTranslations("invitations");
  const app = useTranslations("app");
  const invitations = useInvitations();
  const [sent, setSent] = useState<SentInvitation | null>(null);
  if (invitations.error) {
    return <Problem error={invitations.error} onRetry={() => void invitations.refetch()} />;
  }
  if (!invitations.data?.length) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("title")}</CardTitle>
      </CardHeader>
      <InvitationTable invitations={invitations.data} onSent={setSent} />
      <Dialog open={sent !== null} onOpenChange={() => setSent(null)}>
        {sent ? (
          <DialogContent closeLabel={app("close")} className="max-w-lg">
            <DialogTitle>{t("sentTitle", { email: sent.invitation.email })}</DialogTitle>
            <DialogDescription>{t(sent.letter_sent ? "sentByLetter" : "sentByHand")}</DialogDescription>
            <SentLink link={sent.link} onDone={() => setSent(null)} />
          </DialogContent>
        ) : null}
      </Dialog>
    </Card>
  );
}

interface InvitationTableProps {
  invitations: readonly Invitation[];
  onSent: (sent: SentInvitation) => void;
}

function InvitationTable({ invitations, onSent }: InvitationTableProps) {
  const t = useTranslations("invitations");
  return (
    <TableScroller label={t("table")}>
      <Table>
        <thead>
          <tr>
            <Th>{t("email")}</Th>
            <Th>{t("roles")}</Th>
            <Th>{t("invitedBy")}</Th>
            <Th>{t("expires")}</Th>
            <Th>{t("state")}</Th>
            <Th className="text-right">{t("actions")}</Th>
          </tr>
        </thead>
        <tbody>
          {invitations.map((invitation) => (
            <Tr key={invitation.id} data-testid="invitation-row" data-state={invitation.state}>
              <Td className="font-medium">{invitation.email}</Td>
              <Td>
                <GrantBadges grants={invitation.grants} />
              </Td>
              <Td>{invitation.invited_by.name || invitation.invited_by.email}</Td>
              <Td className="whitespace-nowrap">
                <Instant at={invitation.expires_at} />
              </Td>
              <Td>
                <Badge tone={invitation.state === "pending" ? "info" : "warning"}>{t(invitation.state)}</Badge>
              </Td>
              <Td className="whitespace-nowrap text-right">
                <InvitationActs invitation={invitation} onSent={onSent} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}

interface InvitationActsProps {
  invitation: Invitation;
  onSent: (sent: SentInvitation) => void;
}

function InvitationActs({ invitation, onSent }: InvitationActsProps) {
  const t = useTranslations("invitations");
  const can = useCan();
  const resend = useResend();
  const revoke = useRevoke();
  const { id, email } = invitation;
  const onError = (error: Error) => toast.error(error.message);
  const revoked = () => toast.success(t("revoked", { email }));
  const busy = resend.isPending || revoke.isPending;
  if (!can("member:manage")) return null;
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        disabled={busy}
        aria-label={t("resend", { email })}
        onClick={() => resend.mutate(id, { onSuccess: onSent, onError })}
      >
        <RotateCw aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon"
        disabled={busy}
        aria-label={t("revoke", { email })}
        onClick={() => revoke.mutate(id, { onSuccess: revoked, onError })}
      >
        <X aria-hidden />
      </Button>
    </>
  );
}
