import type { Metadata } from "next";
import { Suspense } from "react";
import { ProfileClient } from "./client";

export const metadata: Metadata = { title: "Profile · Leadline" };

export default function ProfilePage() {
  return (
    <Suspense>
      <ProfileClient />
    </Suspense>
  );
}
