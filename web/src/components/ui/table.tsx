import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** The scroller takes the keyboard focus, so that a wide table can be read without a mouse. */
export function TableScroller({ label, className, ...props }: ComponentProps<"section"> & { label: string }) {
  return (
    <section
      data-slot="table-scroller"
      aria-label={label}
      tabIndex={0}
      className={cn("relative overflow-auto focus-visible:outline-offset-[-2px]", className)}
      {...props}
    />
  );
}

export function Table({ className, ...props }: ComponentProps<"table">) {
  return <table data-slot="table" className={cn("w-full border-collapse text-[13px]", className)} {...props} />;
}

export function Th({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      data-slot="th"
      scope="col"
      className={cn(
        "h-9 whitespace-nowrap px-2.5 text-left first:pl-4 last:pr-4 font-medium text-muted-foreground text-xs",
        className,
      )}
      {...props}
    />
  );
}

export function Td({ className, ...props }: ComponentProps<"td">) {
  return (
    <td data-slot="td" className={cn("h-9 px-2.5 py-1.5 align-middle first:pl-4 last:pr-4", className)} {...props} />
  );
}

export function Tr({ className, ...props }: ComponentProps<"tr">) {
  return <tr data-slot="tr" className={cn("border-t", className)} {...props} />;
}
