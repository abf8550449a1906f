import type { Metadata } from "next";
import { Suspense } from "react";
import { AdvertisersClient } from "./client";

export const metadata: Metadata = { title: "Brands · Leadline" };

export default function Page() {
  return (
    <Suspense>
      <AdvertisersClient />
    </Suspense>
  );
}
