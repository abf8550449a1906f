"use client";

import { useTranslations } from "use-intl";
import { Empty } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Link } from "@/lib/router";

export default function NotFound() {
  const t = useTranslations("app");
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty
        heading
        title={t("notFound")}
        detail={t("notFoundDetail")}
        action={
          <Button asChild>
            <Link href="/">{t("home")}</Link>
          </Button>
        }
      />
    </main>
  );
}
