"use client";

import { CalendarDays, Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Input, Label } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { formatDay } from "@/lib/format";
import { isDay, type Period, PRESETS, type Range, rangeOf } from "../periods";

interface PeriodPickerProps {
  period: Period;
  range: Range;
  today: string;
  onChange: (period: Period) => void;
}

export function PeriodPicker({ period, range, today, onChange }: PeriodPickerProps) {
  const t = useTranslations("period");
  const [open, setOpen] = useState(false);
  const choose = (next: Period) => {
    onChange(next);
    setOpen(false);
  };
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button variant="outline" data-testid="date-range" data-start={range.start} data-end={range.end}>
          <CalendarDays aria-hidden />
          <span className="sr-only">{t("label")}: </span>
          <span>{t(period.preset)}</span>
          <span className="font-normal text-muted-foreground tabular-nums">{useRangeText(range)}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label={t("label")} className="w-[19rem]">
        <ul className="grid gap-0.5">
          {PRESETS.map((preset) => (
            <li key={preset}>
              <button
                type="button"
                aria-pressed={period.preset === preset}
                onClick={() => choose({ preset })}
                className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left text-[13px] hover:bg-accent aria-pressed:font-medium"
              >
                <Check aria-hidden className={period.preset === preset ? "size-4 text-primary" : "invisible size-4"} />
                <span className="flex-1">{t(preset)}</span>
                <PresetDays range={rangeOf({ preset }, today)} />
              </button>
            </li>
          ))}
        </ul>
        <CustomRange range={range} today={today} onApply={choose} />
        <p className="mt-3 text-muted-foreground text-xs">{t("note")}</p>
      </PopoverContent>
    </Popover>
  );
}

function useRangeText({ start, end }: Range): string {
  const t = useTranslations("period");
  if (start === end) return formatDay(end, undefined, true);
  return t("range", { start: formatDay(start), end: formatDay(end, undefined, true) });
}

function PresetDays({ range }: { range: Range }) {
  const t = useTranslations("period");
  const text = range.start === range.end ? formatDay(range.end) : null;
  return (
    <span className="text-muted-foreground text-xs tabular-nums">
      {text ?? t("range", { start: formatDay(range.start), end: formatDay(range.end) })}
    </span>
  );
}

function CustomRange({ range, today, onApply }: { range: Range; today: string; onApply: (period: Period) => void }) {
  const t = useTranslations("period");
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = [String(form.get("start")), String(form.get("end"))].filter(isDay).sort();
    if (days.length === 2) onApply({ preset: "custom", start: days[0] as string, end: days[1] as string });
  };
  return (
    <form onSubmit={apply} className="mt-3 grid grid-cols-2 gap-2 border-t pt-3">
      <Label className="grid gap-1">
        {t("from")}
        <Input type="date" name="start" defaultValue={range.start} max={today} required />
      </Label>
      <Label className="grid gap-1">
        {t("to")}
        <Input type="date" name="end" defaultValue={range.end} max={today} required />
      </Label>
      <Button type="submit" variant="secondary" className="col-span-2">
        {t("apply")}
      </Button>
    </form>
  );
}
