import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";

/** In place of a form that Clerk has: accounts and passwords are kept there. */
export function AtClerk() {
  const t = useTranslations("clerk");
  return (
    <Alert tone="info">
      <p className="font-medium">{t("elsewhere")}</p>
      <p>{t("elsewhereLead")}</p>
    </Alert>
  );
}
