import type { Metadata } from "next";
import { ApiKeyPage } from "@/features/api-keys/components/api-key-page";

export const metadata: Metadata = { title: "API keys · Leadline" };

export default function ApiKeysPage() {
  return <ApiKeyPage />;
}
