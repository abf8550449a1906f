"use client";

import { useTranslations } from "use-intl";
import { Empty } from "@/components/states";
import { Button } from "@/components/ui/button";

export default function Crashed({ reset }: { error: Error; reset: () => void }) {
  const t = useTranslations("app");
  const state = useTranslations("state");
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty
        title={t("crashed")}
        detail={t("crashedDetail")}
        action={<Button onClick={reset}>{state("retry")}</Button>}
      />
    </main>
  );
}
