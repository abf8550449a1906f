import type { Metadata } from "next";
import { Suspense } from "react";
import { AuditClient } from "./client";

export const metadata: Metadata = { title: "Audit log · Leadline" };

export default function AuditPage() {
  return (
    <Suspense>
      <AuditClient />
    </Suspense>
  );
}
