"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Logo } from "./logo";

interface AuthPageProps {
  title: string;
  lead?: string;
  children: ReactNode;
  footer?: ReactNode;
}

/** The frame of every page for people who are not signed in: who we are, one card, a way elsewhere. */
export function AuthPage({ title, lead, children, footer }: AuthPageProps) {
  const login = useTranslations("login");
  const app = useTranslations("app");
  return (
    <main className="grid min-h-dvh place-items-center bg-sidebar px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Logo className="size-10" />
          <div>
            <p className="font-semibold text-lg leading-tight tracking-tight">{app("name")}</p>
            <p className="text-[13px] text-muted-foreground">{login("lead")}</p>
          </div>
        </div>
        <div className="rounded-lg border bg-card p-6 shadow-xs">
          <h1 className="font-semibold text-base">{title}</h1>
          {lead ? <p className="mt-1 text-[13px] text-muted-foreground">{lead}</p> : null}
          <div className="mt-5">{children}</div>
        </div>
        {footer ? <p className="mt-4 text-center text-[13px] text-muted-foreground">{footer}</p> : null}
      </div>
    </main>
  );
}
