import type { Metadata } from "next";
import { Suspense } from "react";
import { ResetPasswordClient } from "./client";

export const metadata: Metadata = { title: "Choose a new password · Leadline", referrer: "no-referrer" };

export default function ResetPasswordPage() {
  return (
    <Suspense>
      <ResetPasswordClient />
    </Suspense>
  );
}
