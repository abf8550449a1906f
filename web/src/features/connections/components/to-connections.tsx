"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Link } from "@/lib/router";

/** The way on from a page that has nothing to show before an Amazon account is connected. */
export function ToConnections() {
  const t = useTranslations("dashboard");
  return (
    <Button asChild>
      <Link href="/connections/">{t("connect")}</Link>
    </Button>
  );
}
