"use client";

import { ChartColumn, Database, Download, FileDown, ListTree, Plug, Settings, ShieldCheck, Tags } from "lucide-react";
import { useTranslations } from "use-intl";
import { useCan } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { Link, usePath } from "@/lib/router";

const GROUPS = [
  {
    label: "groupReport",
    items: [
      { href: "/", label: "dashboard", icon: ChartColumn, permission: "report:read" },
      { href: "/campaigns/", label: "setup", icon: ListTree, permission: "report:read" },
      { href: "/exports/", label: "exports", icon: FileDown, permission: "report:export" },
    ],
  },
  {
    label: "groupData",
    items: [
      { href: "/connections/", label: "connections", icon: Plug, permission: "connection:read" },
      { href: "/advertisers/", label: "advertisers", icon: Tags, permission: "connection:read" },
      { href: "/coverage/", label: "coverage", icon: ShieldCheck, permission: "connection:read" },
      { href: "/sync/", label: "sync", icon: Download, permission: "sync:read" },
      { href: "/amc/", label: "amc", icon: Database, permission: "amc:read" },
    ],
  },
  { label: "groupAccount", items: [{ href: "/settings/", label: "settings", icon: Settings, permission: null }] },
] as const;

/** Pages below an entry belong to it; the start page has none. */
const isHere = (path: string, href: string): boolean => path === href || (href !== "/" && path.startsWith(href));

export function Nav({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("nav");
  const app = useTranslations("app");
  const can = useCan();
  const path = usePath();
  const groups = GROUPS.map((group) => ({
    ...group,
    items: group.items.filter((item) => item.permission === null || can(item.permission)),
  }));
  return (
    <nav aria-label={app("navigation")} className="grid gap-5">
      {groups.map((group) =>
        group.items.length ? (
          <div key={group.label}>
            <p className="mb-1 px-2 font-medium text-muted-foreground text-xs">{t(group.label)}</p>
            <ul className="grid gap-0.5">
              {group.items.map(({ href, label, icon: Icon }) => (
                <li key={href}>
                  <Link
                    href={href}
                    onClick={onNavigate}
                    aria-current={isHere(path, href) ? "page" : undefined}
                    className={cn(
                      "flex h-8 items-center gap-2.5 rounded-md px-2 text-[13px] text-muted-foreground hover:bg-sidebar-accent hover:text-foreground",
                      isHere(path, href) && "bg-sidebar-accent font-medium text-foreground",
                    )}
                  >
                    <Icon aria-hidden className={cn("size-4", isHere(path, href) && "text-primary")} />
                    {t(label)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ) : null,
      )}
    </nav>
  );
}
