"use client";

import { Check, ChevronsUpDown, Settings } from "lucide-react";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { useCan, useSession, useSwitchOrganization } from "@/features/session/queries";
import type { Session } from "@/lib/model";
import { useGo } from "@/lib/router";
import { Logo } from "./logo";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "./ui/dropdown-menu";
import { Skeleton } from "./ui/skeleton";

/** Where the reader is; a menu of their organizations where they belong to several. */
export function OrganizationSwitcher({ testId }: { testId?: string }) {
  const session = useSession();
  if (!session.data) return <Place name={<Skeleton className="mt-1 h-3 w-24" />} />;
  const name = <span data-testid={testId}>{session.data.organization.name}</span>;
  return session.data.organizations.length > 1 ? (
    <Switcher session={session.data}>{name}</Switcher>
  ) : (
    <Place name={name} />
  );
}

function Place({ name }: { name: ReactNode }) {
  const t = useTranslations("app");
  return (
    <div className="flex min-w-0 items-center gap-2.5 px-1.5">
      <Logo className="size-7 shrink-0" />
      <div className="min-w-0 text-left">
        <p className="font-semibold text-sm leading-tight tracking-tight">{t("name")}</p>
        <div className="truncate text-muted-foreground text-xs">{name}</div>
      </div>
    </div>
  );
}

function Switcher({ session, children }: { session: Session; children: ReactNode }) {
  const t = useTranslations("organization");
  const change = useSwitchOrganization();
  const go = useGo();
  const can = useCan();
  const onError = (error: Error) => toast.error(t("switchFailed"), { description: error.message });
  const choose = (id: string) => {
    if (id !== session.organization.id) change.mutate(id, { onError });
  };
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger
        data-testid="organization-switcher"
        disabled={change.isPending || change.isSuccess}
        className="flex w-full min-w-0 items-center justify-between gap-2 rounded-md py-1 pr-1.5 hover:bg-sidebar-accent"
      >
        <span className="sr-only">{t("switch")}: </span>
        <Place name={children} />
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="max-h-80 w-56 overflow-y-auto">
        <DropdownMenuLabel>{t("switch")}</DropdownMenuLabel>
        {session.organizations.map(({ id, name }) => (
          <DropdownMenuItem key={id} onSelect={() => choose(id)}>
            <span className="min-w-0 flex-1 truncate">{name}</span>
            {id === session.organization.id ? <Check aria-label={t("current")} /> : null}
          </DropdownMenuItem>
        ))}
        {can("member:read") ? (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuItem onSelect={() => go("/settings/organization/")}>
              <Settings aria-hidden />
              {t("settings")}
            </DropdownMenuItem>
          </>
        ) : null}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
