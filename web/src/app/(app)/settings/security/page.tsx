import type { Metadata } from "next";
import { SecurityClient } from "./client";

export const metadata: Metadata = { title: "Security · Leadline" };

export default function SecurityPage() {
  return <SecurityClient />;
}
