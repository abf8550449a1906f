import type { Metadata } from "next";
import { Suspense } from "react";
import { ConnectionsClient } from "./client";

export const metadata: Metadata = { title: "Connections · Leadline" };

export default function ConnectionsPage() {
  return (
    <Suspense>
      <ConnectionsClient />
    </Suspense>
  );
}
