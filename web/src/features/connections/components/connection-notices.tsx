"use client";

import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { Connection } from "@/lib/model";
import { useServerNow } from "@/lib/use-server-now";
import { useDecideReplacement, useReauthorize } from "../queries";

const NOTICE_MS = 30 * 86_400_000;

/** What a person has to decide or do about a connection. */
export function ConnectionNotices({ connection }: { connection: Connection }) {
  if (connection.status === "revoked") return null;
  return (
    <>
      <Replacement connection={connection} />
      <Expiry connection={connection} />
    </>
  );
}

function Replacement({ connection }: { connection: Connection }) {
  const t = useTranslations("connections");
  const can = useCan();
  const decide = useDecideReplacement();
  const held = connection.replacement;
  if (!held) return null;
  const name = held.amazon_user_name || t("unknownUser");
  const before = connection.amazon_user_name || t("unknownUser");
  const choose = (accept: boolean) =>
    decide.mutate(
      { id: connection.id, accept },
      { onError: (error) => toast.error(t("failed"), { description: error.message }) },
    );
  return (
    <Alert tone="warning" role="status" data-testid="connection-replacement" className="m-4 mb-0">
      <p className="font-medium">{t("heldTitle")}</p>
      <p>{held.reason === "other_user" ? t("heldOther", { name, before }) : t("heldAccounts")}</p>
      <p className="text-muted-foreground">{t("heldUntil", { time: formatInstant(held.expires_at) })}</p>
      {can("connection:manage") ? (
        <div className="mt-2 flex flex-wrap gap-2">
          <Button size="sm" disabled={decide.isPending} onClick={() => choose(true)}>
            {t("heldAccept")}
          </Button>
          <Button size="sm" variant="outline" disabled={decide.isPending} onClick={() => choose(false)}>
            {t("heldDecline")}
          </Button>
        </div>
      ) : null}
    </Alert>
  );
}

function Expiry({ connection }: { connection: Connection }) {
  const t = useTranslations("connections");
  const can = useCan();
  const now = useServerNow();
  const reauthorize = useReauthorize();
  const ends = connection.consent_expires_at;
  if (!ends || !now || Date.parse(ends) - now > NOTICE_MS) return null;
  return (
    <Alert tone="warning" role="status" data-testid="consent-expiry" className="m-4 mb-0">
      <p className="font-medium">{t("expiryTitle", { time: formatInstant(ends) })}</p>
      <p>{t("expiryLead")}</p>
      {can("connection:manage") ? (
        <Button
          size="sm"
          className="mt-2"
          disabled={reauthorize.isPending || reauthorize.isSuccess}
          onClick={() => reauthorize.mutate(connection)}
        >
          {t("reauthorize")}
        </Button>
      ) : null}
    </Alert>
  );
}
