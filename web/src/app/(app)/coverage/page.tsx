import type { Metadata } from "next";
import { Suspense } from "react";
import { CoverageClient } from "./client";

export const metadata: Metadata = { title: "Coverage · Leadline" };

export default function Page() {
  return (
    <Suspense>
      <CoverageClient />
    </Suspense>
  );
}
