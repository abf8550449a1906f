"use client";

import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Input, NativeSelect } from "@/components/ui/input";
import { useBrands } from "@/features/advertisers/queries";
import type { Target } from "../selection";

const SUGGESTED = "";
const NEW = "new";

interface SelectionBarProps {
  count: number;
  busy: boolean;
  onSure: () => void;
  onClear: () => void;
  onAccept: (target: Target) => void;
}

export function SelectionBar({ count, busy, onSure, onClear, onAccept }: SelectionBarProps) {
  const t = useTranslations("suggestions");
  const brands = useBrands().data ?? [];
  const [choice, setChoice] = useState(SUGGESTED);
  const [name, setName] = useState("");
  const target: Target =
    choice === SUGGESTED
      ? { kind: "suggested" }
      : choice === NEW
        ? { kind: "new", name: name.trim() }
        : { kind: "brand", id: choice };
  const accept = (event: FormEvent) => {
    event.preventDefault();
    if (choice !== NEW || name.trim()) onAccept(target);
  };
  return (
    <form
      onSubmit={accept}
      aria-label={t("bulk")}
      className="sticky top-0 z-10 flex flex-wrap items-center gap-2 rounded-lg border bg-card px-4 py-2.5"
      data-testid="suggestion-bar"
      data-selected={count}
    >
      <span className="mr-auto text-[13px]" aria-live="polite">
        {t("selected", { count })}
      </span>
      <Button type="button" variant="ghost" size="sm" onClick={onSure}>
        {t("selectSure")}
      </Button>
      <Button type="button" variant="ghost" size="sm" onClick={onClear} disabled={!count}>
        {t("clear")}
      </Button>
      <NativeSelect aria-label={t("assign")} value={choice} onChange={(event) => setChoice(event.target.value)}>
        <option value={SUGGESTED}>{t("asSuggested")}</option>
        <option value={NEW}>{t("createNew")}</option>
        {brands.map((brand) => (
          <option key={brand.id} value={brand.id}>
            {brand.name}
          </option>
        ))}
      </NativeSelect>
      {choice === NEW ? (
        <Input
          aria-label={t("newName")}
          className="w-44"
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      ) : null}
      <Button type="submit" disabled={!count || busy || (choice === NEW && !name.trim())}>
        {t("accept", { count })}
      </Button>
      <p className="w-full text-muted-foreground text-xs">{t("keys")}</p>
    </form>
  );
}
