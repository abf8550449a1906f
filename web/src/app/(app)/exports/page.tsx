import type { Metadata } from "next";
import { ExportPage } from "@/features/exports/components/export-page";

export const metadata: Metadata = { title: "Exports · Leadline" };

export default function ExportsPage() {
  return <ExportPage />;
}
