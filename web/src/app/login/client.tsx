"use client";

import { useTranslations } from "use-intl";
import { Logo } from "@/components/logo";
import { LoginForm } from "@/features/session/components/login-form";
import { nextPath } from "@/features/session/next-path";
import { useSearch } from "@/lib/router";

export function LoginClient() {
  const t = useTranslations("login");
  const app = useTranslations("app");
  const [params] = useSearch();
  const enter = () => location.assign(nextPath(params.get("next"), location.origin));
  return (
    <main className="grid min-h-dvh place-items-center bg-sidebar px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Logo className="size-10" />
          <div>
            <p className="font-semibold text-lg leading-tight tracking-tight">{app("name")}</p>
            <p className="text-[13px] text-muted-foreground">{t("lead")}</p>
          </div>
        </div>
        <div className="rounded-lg border bg-card p-6 shadow-xs">
          <h1 className="mb-5 font-semibold text-base">{t("title")}</h1>
          <LoginForm onSignedIn={enter} />
        </div>
      </div>
    </main>
  );
}
