"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Label, NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useConnections } from "@/features/connections/queries";
import { useMembers } from "@/features/members/queries";
import { useCan } from "@/features/session/queries";
import type { Connection } from "@/lib/model";
import { amazonUsers } from "../coverage";
import { type Leaver, useDeparture } from "../queries";
import { DepartureEffects } from "./departure-effects";

interface DeparturePanelProps {
  /** `connection:ID`, `user:ID of one of the Amazon user's connections`, or `member:ID`. */
  value: string;
  onChange: (value: string) => void;
}

export function leaverOf(value: string): Leaver | null {
  const [kind, id] = value.split(":");
  if (!id) return null;
  if (kind === "connection") return { connection_id: id };
  if (kind === "member") return { user_id: id };
  return kind === "user" ? { amazon_user_of: id } : null;
}

export function DeparturePanel({ value, onChange }: DeparturePanelProps) {
  const t = useTranslations("succession");
  const connections = useConnections();
  const departure = useDeparture(leaverOf(value));
  return (
    <Card aria-labelledby="departure-title" data-testid="departure">
      <CardHeader>
        <div>
          <CardTitle id="departure-title">{t("leaveTitle")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("leaveLead")}</p>
        </div>
        <div className="flex min-w-0 items-center gap-2">
          <Label htmlFor="leaver" className="whitespace-nowrap">
            {t("leaver")}
          </Label>
          <NativeSelect
            id="leaver"
            className="min-w-0 max-w-72"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          >
            <option value="">{t("choose")}</option>
            <LeaverOptions connections={connections.data ?? []} />
          </NativeSelect>
        </div>
      </CardHeader>
      {value && departure.isPending ? <Skeleton className="m-4 h-24" /> : null}
      {departure.error ? <Problem error={departure.error} onRetry={() => void departure.refetch()} /> : null}
      {departure.data ? <DepartureEffects departure={departure.data} connections={connections.data} /> : null}
    </Card>
  );
}

function LeaverOptions({ connections }: { connections: readonly Connection[] }) {
  const t = useTranslations("succession");
  const can = useCan();
  return (
    <>
      {can("member:read") ? <MemberOptions /> : null}
      <optgroup label={t("amazonUsers")}>
        {amazonUsers(connections).map((user) => (
          <option key={user.connectionId} value={`user:${user.connectionId}`}>
            {user.name}
          </option>
        ))}
      </optgroup>
      <optgroup label={t("connections")}>
        {connections
          .filter((one) => one.status === "active")
          .map((one) => (
            <option key={one.id} value={`connection:${one.id}`}>
              {[one.label, one.amazon_user_name].filter(Boolean).join(" · ")}
            </option>
          ))}
      </optgroup>
    </>
  );
}

function MemberOptions() {
  const t = useTranslations("succession");
  const members = useMembers();
  return (
    <optgroup label={t("members")}>
      {members.data?.map((member) => (
        <option key={member.user_id} value={`member:${member.user_id}`}>
          {member.name || member.email}
        </option>
      ))}
    </optgroup>
  );
}
