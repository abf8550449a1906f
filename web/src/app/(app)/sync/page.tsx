import type { Metadata } from "next";
import { Suspense } from "react";
import { SyncClient } from "./client";

export const metadata: Metadata = { title: "Ingestion · Leadline" };

export default function SyncPage() {
  return (
    <Suspense>
      <SyncClient />
    </Suspense>
  );
}
