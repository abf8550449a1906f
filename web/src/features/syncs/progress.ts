import type { Sync } from "@/lib/model";

export interface Progress {
  fraction: number;
  running: number;
  failed: number;
  completed: number;
  total: number;
}

/** Progress over all advertisers, weighted by the report slices each has to fetch. */
export function overallProgress(syncs: readonly Sync[]): Progress {
  let weight = 0;
  let done = 0;
  const progress: Progress = { fraction: 0, running: 0, failed: 0, completed: 0, total: syncs.length };
  for (const sync of syncs) {
    const slices = Math.max(1, sync.slices_total);
    weight += slices;
    done += slices * (sync.state === "completed" ? 1 : Math.min(1, sync.fraction));
    if (sync.state === "failed") progress.failed += 1;
    else if (sync.state === "completed") progress.completed += 1;
    else progress.running += 1;
  }
  return { ...progress, fraction: weight ? done / weight : 0 };
}
