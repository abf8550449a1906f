import type { Metadata } from "next";
import { Suspense } from "react";
import { ForgotPasswordClient } from "./client";

export const metadata: Metadata = { title: "Forgot your password? · Leadline", referrer: "no-referrer" };

export default function ForgotPasswordPage() {
  return (
    <Suspense>
      <ForgotPasswordClient />
    </Suspense>
  );
}
