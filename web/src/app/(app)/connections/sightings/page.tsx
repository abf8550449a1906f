import type { Metadata } from "next";
import { Suspense } from "react";
import { SightingsClient } from "./client";

export const metadata: Metadata = { title: "Discovery · Leadline" };

export default function Page() {
  return (
    <Suspense>
      <SightingsClient />
    </Suspense>
  );
}
