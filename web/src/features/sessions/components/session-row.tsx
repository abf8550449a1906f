"use client";

import { Laptop, MonitorSmartphone, Smartphone, Tablet, Terminal } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { OwnSession } from "@/lib/model";
import { useEndSession } from "../queries";

const ICONS = {
  computer: Laptop,
  phone: Smartphone,
  tablet: Tablet,
  program: Terminal,
  unknown: MonitorSmartphone,
};

/** One place where the person is signed in. */
export function SessionRow({ session }: { session: OwnSession }) {
  const t = useTranslations("sessions");
  const name = useDeviceName(session);
  const Icon = ICONS[session.device.kind];
  return (
    <li
      data-testid="session-row"
      data-session-id={session.id}
      data-current={session.current}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3"
    >
      <Icon aria-hidden className="size-5 shrink-0 text-muted-foreground" />
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex flex-wrap items-center gap-2 font-medium text-[13px]">
          {name}
          {session.current ? <Badge tone="success">{t("current")}</Badge> : null}
        </p>
        <p className="break-words text-muted-foreground text-xs">
          {session.organization.name} · {session.ip || t("noAddress")}
        </p>
        <p className="text-muted-foreground text-xs">
          {t("signedIn")} <Instant at={session.signed_in_at} /> · {t("lastSeen")} <Instant at={session.last_seen_at} />
        </p>
      </div>
      {session.current ? null : <EndButton session={session} name={name} />}
    </li>
  );
}

function EndButton({ session, name }: { session: OwnSession; name: string }) {
  const t = useTranslations("sessions");
  const end = useEndSession();
  return (
    <Button
      variant="outline"
      size="sm"
      disabled={end.isPending}
      aria-label={t("endNamed", { name })}
      onClick={() =>
        end.mutate(session.id, {
          onSuccess: () => toast.success(t("ended", { name })),
          onError: (error) => toast.error(error.message),
        })
      }
    >
      {t("end")}
    </Button>
  );
}

function useDeviceName({ device }: OwnSession): string {
  const t = useTranslations("sessions");
  const { browser, system } = device;
  if (browser && system) return t("deviceBoth", { browser, system });
  return browser || system || t("deviceUnknown");
}
