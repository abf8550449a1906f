import type { Metadata } from "next";
import { Suspense } from "react";
import { InvitationClient } from "./client";

export const metadata: Metadata = { title: "Invitation · Leadline", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <Suspense fallback={null}>
      <InvitationClient />
    </Suspense>
  );
}
