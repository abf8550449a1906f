import type { Metadata } from "next";
import { SettingsClient } from "./client";

export const metadata: Metadata = { title: "Settings · Leadline" };

export default function SettingsPage() {
  return <SettingsClient />;
}
