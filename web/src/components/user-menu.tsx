"use client";

import { ChevronsUpDown, LogOut, MonitorSmartphone, ShieldCheck, User } from "lucide-react";
import { useTheme } from "next-themes";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { useSession, useSignOut } from "@/features/session/queries";
import { useGo } from "@/lib/router";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "./ui/dropdown-menu";
import { Skeleton } from "./ui/skeleton";

const initials = (name: string): string =>
  name
    .split(/[\s.@]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

const PAGES = [
  { href: "/settings/profile/", label: "profile", icon: User },
  { href: "/settings/security/", label: "security", icon: ShieldCheck },
  { href: "/settings/sessions/", label: "sessions", icon: MonitorSmartphone },
] as const;

export function UserMenu() {
  const t = useTranslations("user");
  const go = useGo();
  const session = useSession();
  const signOut = useSignOut();
  if (!session.data) return <Skeleton className="h-10 w-full" />;
  const { user } = session.data;
  const leave = () =>
    signOut.mutate(undefined, {
      onSuccess: () => location.assign("/login/?signed-out"),
      onError: (error) => toast.error(t("signOutFailed"), { description: error.message }),
    });
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger className="flex w-full items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-sidebar-accent">
        <span
          aria-hidden
          className="grid size-7 place-items-center rounded-full bg-primary font-semibold text-primary-foreground text-xs"
        >
          {initials(user.name || user.email)}
        </span>
        <span className="sr-only">{t("menu")}: </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-[13px]">{user.name || user.email}</span>
          <span className="block truncate text-muted-foreground text-xs capitalize">{session.data.role}</span>
        </span>
        <ChevronsUpDown aria-hidden className="size-3.5 text-muted-foreground" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="w-56">
        <DropdownMenuLabel className="truncate">{user.email}</DropdownMenuLabel>
        <DropdownMenuSeparator />
        {PAGES.map(({ href, label, icon: Icon }) => (
          <DropdownMenuItem key={href} onSelect={() => go(href)}>
            <Icon aria-hidden />
            {t(label)}
          </DropdownMenuItem>
        ))}
        <DropdownMenuSeparator />
        <ThemeChoice />
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={leave}>
          <LogOut aria-hidden />
          {t("signOut")}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function ThemeChoice() {
  const t = useTranslations("theme");
  const { theme, setTheme } = useTheme();
  return (
    <DropdownMenuRadioGroup value={theme} onValueChange={setTheme}>
      <DropdownMenuLabel>{t("label")}</DropdownMenuLabel>
      {(["light", "dark", "system"] as const).map((name) => (
        <DropdownMenuRadioItem key={name} value={name} onSelect={(event) => event.preventDefault()}>
          {t(name)}
        </DropdownMenuRadioItem>
      ))}
    </DropdownMenuRadioGroup>
  );
}
