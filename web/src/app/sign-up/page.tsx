import type { Metadata } from "next";
import { Suspense } from "react";
import { SignUpClient } from "./client";

export const metadata: Metadata = { title: "Create your account · Leadline", referrer: "no-referrer" };

export default function SignUpPage() {
  return (
    <Suspense>
      <SignUpClient />
    </Suspense>
  );
}
