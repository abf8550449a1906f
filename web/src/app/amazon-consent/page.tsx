import type { Metadata } from "next";
import { Suspense } from "react";
import { AmazonConsentClient } from "./client";

export const metadata: Metadata = {
  title: "Amazon consent · Leadline",
  referrer: "no-referrer",
  robots: { index: false },
};

export default function AmazonConsentPage() {
  return (
    <Suspense>
      <AmazonConsentClient />
    </Suspense>
  );
}
