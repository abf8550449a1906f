"use client";

import { Eye } from "lucide-react";
import { useEffect } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { useSession } from "@/features/session/queries";
import type { Session } from "@/lib/model";
import { useServerNow } from "@/lib/use-server-now";
import { useStopViewing } from "../queries";

/** How long the gateway may go on with what it knows of a session, and a little. */
const REMEMBERED_MS = 12_000;

/** On every page while somebody views as another member; nothing otherwise. */
export function ViewingBanner() {
  const viewing = useSession().data?.viewing_as;
  return viewing ? <Banner viewing={viewing} /> : null;
}

function Banner({ viewing }: { viewing: NonNullable<Session["viewing_as"]> }) {
  const t = useTranslations("viewing");
  const stop = useStopViewing();
  const now = useServerNow();
  const left = Date.parse(viewing.expires_at) - now;
  const over = now > 0 && left < -REMEMBERED_MS;
  useEffect(() => {
    if (over) location.assign("/");
  }, [over]);
  return (
    <section
      aria-label={t("banner", { name: viewing.name || viewing.email })}
      data-testid="viewing-banner"
      className="sticky top-12 z-20 flex flex-wrap items-center justify-center gap-x-4 gap-y-1 border-warning/40 border-b bg-warning-soft px-4 py-1.5 text-[13px] lg:top-0"
    >
      <p>
        <Eye aria-hidden className="mr-2 inline size-4 align-[-3px] text-warning" />
        <span className="font-medium">{t("banner", { name: viewing.name || viewing.email })}</span>{" "}
        <span className="text-muted-foreground">
          {now > 0 ? t("remaining", { minutes: Math.max(0, Math.floor(left / 60_000)) }) : null}
        </span>
      </p>
      <Button
        variant="outline"
        size="sm"
        disabled={stop.isPending || stop.isSuccess}
        onClick={() =>
          stop.mutate(undefined, { onError: (error) => toast.error(t("failed"), { description: error.message }) })
        }
      >
        {t(stop.isPending ? "stopping" : "stop")}
      </Button>
    </section>
  );
}
