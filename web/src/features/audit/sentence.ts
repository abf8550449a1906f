import { useTranslations } from "use-intl";
import type { AuditActor, AuditEntry } from "@/lib/model";

/** What is said of an action, without who did it: "changed a brand". Unknown ones by their name. */
export function usePhrase(): (action: string) => string {
  const t = useTranslations("audit");
  return (action) => {
    const key = `actions.${action}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : t("unknownAction", { action });
  };
}

export function useActorName(): (actor: AuditActor) => string {
  const t = useTranslations("audit");
  return (actor) => {
    if (actor.name) return actor.kind === "key" ? t("keyNamed", { name: actor.name }) : actor.name;
    if (actor.kind === "service") return t("service", { name: actor.id });
    if (actor.kind === "operator") return t("operator");
    if (actor.kind === "anonymous") return t("anonymous");
    return t(actor.kind === "key" ? "keyGone" : "userGone");
  };
}

/** "Ana changed a brand", "Boss, viewing as Ana, would have changed a brand". */
export function useSentence(): (entry: AuditEntry) => string {
  const t = useTranslations("audit");
  const phrase = usePhrase();
  const name = useActorName();
  return (entry) => {
    const actor = entry.impersonator
      ? t("viewingAs", { impersonator: name(entry.impersonator), actor: name(entry.actor) })
      : name(entry.actor);
    return t(entry.outcome === "allowed" ? "did" : "wouldHave", { actor, phrase: phrase(entry.action) });
  };
}
