import type { Metadata } from "next";
import { Suspense } from "react";
import { DashboardSkeleton } from "@/features/metrics/components/dashboard-skeleton";
import { DashboardClient } from "./client";

export const metadata: Metadata = { title: "Campaigns · Leadline" };

export default function DashboardPage() {
  return (
    <Suspense fallback={<DashboardSkeleton />}>
      <DashboardClient />
    </Suspense>
  );
}
