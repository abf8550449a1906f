"use client";

import { formatInstant, formatInstantFull } from "@/lib/format";

/** A point in time, short on screen, complete on hover. */
export function Instant({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={formatInstantFull(at)} className={className} suppressHydrationWarning>
      {formatInstant(at)}
    </time>
  );
}
