import type { Continuity } from "@/lib/model";

/** Done of due in per cent; never rounded up to 100 while one is missing. */
export function share({ due, done }: Pick<Continuity, "due" | "done">): string {
  if (!due) return "–";
  if (done >= due) return "100 %";
  return `${(Math.floor((done / due) * 10_000) / 100).toFixed(2)} %`;
}
