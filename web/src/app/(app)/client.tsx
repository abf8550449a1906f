"use client";

import { useMemo } from "react";
import { Dashboard } from "@/features/metrics/components/dashboard";
import { DashboardSkeleton } from "@/features/metrics/components/dashboard-skeleton";
import { type DashboardState, parseState, writeState } from "@/features/metrics/state";
import { useSession } from "@/features/session/queries";
import { useSearch } from "@/lib/router";

export function DashboardClient() {
  const [params, write] = useSearch();
  const state = useMemo(() => parseState(params), [params]);
  const session = useSession();
  const change = (part: Partial<DashboardState>, how?: "push" | "replace") =>
    write(writeState({ ...state, ...part }), how);
  if (!session.data) return <DashboardSkeleton />;
  return <Dashboard state={state} onChange={change} />;
}
