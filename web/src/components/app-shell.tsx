"use client";

import { Menu } from "lucide-react";
import { type ReactNode, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { LiveProvider } from "@/features/live/provider";
import { BrandSwitcher } from "@/features/metrics/components/brand-switcher";
import { useSession } from "@/features/session/queries";
import { ViewingBanner } from "@/features/viewing/components/viewing-banner";
import { ApiError } from "@/lib/problem";
import { LiveIndicator } from "./live-indicator";
import { Nav } from "./nav";
import { OrganizationSwitcher } from "./organization-switcher";
import { Problem } from "./states";
import { Button } from "./ui/button";
import { Dialog, DialogContent, DialogTitle, DialogTrigger } from "./ui/dialog";
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
          <div className="grid gap-3">
            <OrganizationSwitcher testId="organization-name" />
            <Suspense fallback={null}>
              <BrandSwitcher />
            </Suspense>
          </div>
          <Nav />
          <div className="mt-auto grid gap-2">
            <LiveIndicator testId="live-status" />
            <UserMenu />
          </div>
        </aside>
        <MobileBar />
        <div className="min-w-0">
          <ViewingBanner />
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-[100rem] px-4 py-5 outline-none sm:px-6 lg:py-6"
          >
            <SessionGate>{children}</SessionGate>
          </main>
        </div>
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

function MobileBar() {
  const t = useTranslations("app");
  const [open, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-30 flex items-center justify-between gap-2 border-b bg-sidebar px-3 py-2 lg:hidden">
      <OrganizationSwitcher />
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
            <Suspense fallback={null}>
              <BrandSwitcher />
            </Suspense>
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
