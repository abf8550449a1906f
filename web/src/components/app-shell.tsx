"use client";

import { Menu } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { LiveProvider } from "@/features/live/provider";
import { useSession } from "@/features/session/queries";
import { ApiError } from "@/lib/problem";
import { LiveIndicator } from "./live-indicator";
import { Logo } from "./logo";
import { Nav } from "./nav";
import { Problem } from "./states";
import { Button } from "./ui/button";
import { Dialog, DialogContent, DialogTitle, DialogTrigger } from "./ui/dialog";
import { Skeleton } from "./ui/skeleton";
import { UserMenu } from "./user-menu";

export function AppShell({ children }: { children: ReactNode }) {
  const t = useTranslations("app");
  return (
    <LiveProvider>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-primary focus:px-3 focus:py-2 focus:text-primary-foreground"
      >
        {t("skip")}
      </a>
      <div className="min-h-dvh lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
        <aside className="sticky top-0 z-30 hidden h-dvh flex-col gap-6 border-r bg-sidebar px-3 py-4 lg:flex">
          <Organization testId="organization-name" />
          <Nav />
          <div className="mt-auto grid gap-2">
            <LiveIndicator testId="live-status" />
            <UserMenu />
          </div>
        </aside>
        <MobileBar />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto w-full max-w-[100rem] px-4 py-5 outline-none sm:px-6 lg:py-6"
        >
          <SessionGate>{children}</SessionGate>
        </main>
      </div>
    </LiveProvider>
  );
}

/** A session that cannot be read for another reason than being signed out (that one leads to the login page). */
function SessionGate({ children }: { children: ReactNode }) {
  const session = useSession();
  const failed = session.error && !(session.error instanceof ApiError && session.error.status === 401);
  return failed && !session.data ? <Problem error={session.error} onRetry={() => void session.refetch()} /> : children;
}

function Organization({ testId }: { testId?: string }) {
  const t = useTranslations("app");
  const session = useSession();
  return (
    <div className="flex items-center gap-2.5 px-1.5">
      <Logo className="size-7 shrink-0" />
      <div className="min-w-0">
        <p className="font-semibold text-sm leading-tight tracking-tight">{t("name")}</p>
        {session.data ? (
          <p className="truncate text-muted-foreground text-xs" data-testid={testId}>
            {session.data.organization.name}
          </p>
        ) : (
          <Skeleton className="mt-1 h-3 w-24" />
        )}
      </div>
    </div>
  );
}

function MobileBar() {
  const t = useTranslations("app");
  const [open, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex items-center justify-between gap-2 border-b bg-sidebar px-3 py-2 lg:hidden">
      <Organization />
      <div className="flex items-center gap-1">
        <LiveIndicator />
        <Dialog open={open} onOpenChange={setOpen}>
          <DialogTrigger asChild>
            <Button variant="ghost" size="icon" aria-label={t("menu")}>
              <Menu aria-hidden />
            </Button>
          </DialogTrigger>
          <DialogContent side="left" closeLabel={t("close")} className="flex flex-col" aria-describedby={undefined}>
            <DialogTitle>{t("name")}</DialogTitle>
            <Nav onNavigate={() => setOpen(false)} />
            <div className="mt-auto">
              <UserMenu />
            </div>
          </DialogContent>
        </Dialog>
      </div>
    </header>
  );
}
