"use client";

import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { Logo } from "@/components/logo";
import { Visit } from "@/features/consent-requests/components/visit";
import { recallLink, rememberLink, visitOf } from "@/features/consent-requests/visit";
import { useSearch } from "@/lib/router";

export function AmazonConsentClient() {
  const app = useTranslations("app");
  const [params] = useSearch();
  const visit = visitOf(params);
  const given = visit.token;
  useEffect(() => {
    if (given) rememberLink(given);
  }, [given]);
  return (
    <main className="grid min-h-dvh place-items-center bg-sidebar px-4 py-10">
      <div className="w-full max-w-lg">
        <p className="mb-6 flex items-center gap-3 font-semibold text-lg">
          <Logo className="size-9" />
          {app("name")}
        </p>
        <div className="rounded-lg border bg-card p-6 shadow-xs">
          <Visit visit={visit} token={given ?? recallLink()} />
        </div>
      </div>
    </main>
  );
}
