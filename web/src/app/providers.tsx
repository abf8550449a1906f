"use client";

import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState } from "react";
import { Toaster } from "sonner";
import { IntlProvider } from "use-intl";
import { TooltipProvider } from "@/components/ui/tooltip";
import { isPublic, loginPath } from "@/features/session/next-path";
import { ApiError } from "@/lib/problem";
import { en } from "../../messages";

const RETRIES = 2;

function onQueryError(error: unknown): void {
  const signedOut = error instanceof ApiError && error.status === 401;
  if (signedOut && !isPublic(location.pathname)) location.replace(loginPath(location));
}

function createClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: onQueryError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.retryable,
      },
    },
  });
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <IntlProvider locale="en" messages={en} timeZone={zone}>
      <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
        <QueryClientProvider client={client}>
          <TooltipProvider delayDuration={250}>{children}</TooltipProvider>
          <Toaster
            position="bottom-right"
            style={{ fontFamily: "inherit" }}
            toastOptions={{ className: "!bg-popover !text-popover-foreground !border-border !text-[13px]" }}
          />
        </QueryClientProvider>
      </ThemeProvider>
    </IntlProvider>
  );
}
