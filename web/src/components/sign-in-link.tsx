"use client";

import { useTranslations } from "use-intl";
import { Link } from "@/lib/router";

/** The way back to the sign-in page, below the card of an AuthPage. */
export function SignInLink() {
  const t = useTranslations("identity");
  return (
    <>
      {t("haveAccount")}{" "}
      <Link className="text-primary underline underline-offset-4" href="/login/">
        {t("signIn")}
      </Link>
    </>
  );
}
