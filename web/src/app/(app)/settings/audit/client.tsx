"use client";

import { AuditLog } from "@/features/audit/components/audit-log";
import { parseState, writeState } from "@/features/audit/state";
import { useSearch } from "@/lib/router";

/** Reads the filters from the URL and writes them back. */
export function AuditClient() {
  const [params, write] = useSearch();
  return <AuditLog state={parseState(params)} onChange={(state) => write(writeState(state))} />;
}
