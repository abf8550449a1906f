import type { Metadata } from "next";
import { SessionPage } from "@/features/sessions/components/session-page";

export const metadata: Metadata = { title: "Sessions · Leadline" };

export default function SessionsPage() {
  return <SessionPage />;
}
