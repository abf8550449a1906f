"use client";

import { useTranslations } from "use-intl";
import type { EntityVersion } from "@/lib/model";
import { useFieldName, useFieldValue } from "../words";

interface ChangeLinesProps {
  changes: EntityVersion["changes"];
  currency: string;
}

/** Field, from, to. Of lists only that they changed is known here. */
export function ChangeLines({ changes, currency }: ChangeLinesProps) {
  const t = useTranslations("campaigns");
  const name = useFieldName();
  const value = useFieldValue();
  const told = changes.filter((change) => change.field !== "deleted");
  if (!told.length) return null;
  return (
    <ul className="space-y-0.5">
      {told.map((change) => (
        <li key={change.field} data-field={change.field} className="break-words">
          <span className="text-muted-foreground">{name(change.field)}: </span>
          {change.before === null && change.after === null ? (
            t("listChanged")
          ) : (
            <>
              <span className="text-muted-foreground line-through">
                <span className="sr-only">{t("from")} </span>
                {value(change.field, change.before, currency)}
              </span>
              <span aria-hidden> → </span>
              <span className="font-medium">
                <span className="sr-only"> {t("to")} </span>
                {value(change.field, change.after, currency)}
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
