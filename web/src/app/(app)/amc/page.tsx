import type { Metadata } from "next";
import { Suspense } from "react";
import { AmcClient } from "./client";

export const metadata: Metadata = { title: "Marketing Cloud · Leadline" };

export default function AmcPage() {
  return (
    <Suspense>
      <AmcClient />
    </Suspense>
  );
}
