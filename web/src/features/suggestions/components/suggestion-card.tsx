"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { Suggestion } from "@/lib/model";

const TONES: Record<Suggestion["level"], Tone> = { sure: "success", likely: "info", look: "warning", guess: "neutral" };

interface SuggestionCardProps {
  suggestion: Suggestion;
  /** The new brand's name as it would be created. */
  name: string;
  /** Null for callers who may only look. */
  selected: ReadonlySet<string> | null;
  onName: (name: string) => void;
  onToggle: (ids: readonly string[], on: boolean) => void;
}

export function SuggestionCard({ suggestion, name, selected, onName, onToggle }: SuggestionCardProps) {
  const t = useTranslations("suggestions");
  const ids = suggestion.advertisers.map((one) => one.advertiser_id);
  const chosen = selected ? ids.filter((id) => selected.has(id)).length : 0;
  return (
    <Card data-testid="suggestion" data-level={suggestion.level} data-brand-id={suggestion.brand_id ?? ""}>
      <div className="flex flex-wrap items-center gap-2.5 px-4 py-2.5">
        {selected ? (
          <Checkbox
            aria-label={t("selectGroup", { name })}
            checked={chosen === ids.length ? true : chosen ? "indeterminate" : false}
            onCheckedChange={(on) => onToggle(ids, on === true)}
          />
        ) : null}
        {suggestion.brand_id || !selected ? (
          <h2 className="font-medium text-sm">{suggestion.brand_name}</h2>
        ) : (
          <Input
            aria-label={t("brandName")}
            className="w-56 font-medium"
            maxLength={120}
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        )}
        <Badge>{t(suggestion.brand_id ? "existing" : "new")}</Badge>
        <Badge tone={TONES[suggestion.level]}>{t(suggestion.level)}</Badge>
      </div>
      <ul className="border-t text-[13px]">
        {suggestion.advertisers.map((one) => (
          <li key={one.advertiser_id} className="flex items-start gap-2.5 px-4 py-1.5">
            {selected ? (
              <Checkbox
                className="mt-0.5"
                aria-label={t("select", { name: one.name })}
                checked={selected.has(one.advertiser_id)}
                onCheckedChange={(on) => onToggle([one.advertiser_id], on === true)}
              />
            ) : null}
            <span className="min-w-0">
              <span className="block font-medium">{one.name}</span>
              <span className="block text-muted-foreground text-xs">
                {Math.round(one.confidence * 100)} % · {one.reason_text}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
