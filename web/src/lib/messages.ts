import type { en } from "../../messages";

declare module "use-intl" {
  interface AppConfig {
    Messages: typeof en;
    Locale: "en";
  }
}
