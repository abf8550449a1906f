"use client";

import { ToggleGroup as Primitive } from "radix-ui";
import { cn } from "@/lib/cn";

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  className?: string;
  "data-testid"?: string;
}

/** One of a few, all visible. Arrow keys move, like a radio group. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
  className,
  ...rest
}: SegmentedProps<Value>) {
  return (
    <Primitive.Root
      type="single"
      data-slot="segmented"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onChange(next as Value)}
      className={cn("inline-flex max-w-full overflow-x-auto rounded-md bg-secondary p-0.5", className)}
      {...rest}
    >
      {options.map((option) => (
        <Primitive.Item
          key={option.value}
          value={option.value}
          className="h-7 whitespace-nowrap rounded-sm px-2.5 font-medium text-muted-foreground text-xs hover:text-foreground focus-visible:outline-offset-[-2px] data-[state=on]:bg-card data-[state=on]:text-foreground data-[state=on]:shadow-xs"
        >
          {option.label}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
