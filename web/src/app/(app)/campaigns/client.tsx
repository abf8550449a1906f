"use client";

import { CampaignBrowser } from "@/features/campaigns/components/browser";
import { parseState, writeState } from "@/features/campaigns/state";
import { useSearch } from "@/lib/router";

/** Reads what is shown from the URL and writes it back. */
export function CampaignsClient() {
  const [params, write] = useSearch();
  return <CampaignBrowser state={parseState(params)} onChange={(state, how) => write(writeState(state), how)} />;
}
