import type { Metadata } from "next";
import { Suspense } from "react";
import { CampaignsClient } from "./client";

export const metadata: Metadata = { title: "Campaign setup · Leadline" };

export default function CampaignsPage() {
  return (
    <Suspense>
      <CampaignsClient />
    </Suspense>
  );
}
