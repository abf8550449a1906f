import type { Metadata } from "next";
import { Suspense } from "react";
import { VerifyEmailClient } from "./client";

export const metadata: Metadata = { title: "Confirm your address · Leadline", referrer: "no-referrer" };

export default function VerifyEmailPage() {
  return (
    <Suspense>
      <VerifyEmailClient />
    </Suspense>
  );
}
