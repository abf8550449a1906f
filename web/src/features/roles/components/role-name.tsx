"use client";

import { useTranslations } from "use-intl";
import { isBuiltIn } from "../grants";

/** What a role is called: built-in ones in the reader's words, others as they were named. */
export function useRoleName(): (name: string) => string {
  const t = useTranslations("roles");
  return (name) => (isBuiltIn(name) ? t(name) : name);
}
