import type { Metadata } from "next";
import { ProfileClient } from "./client";

export const metadata: Metadata = { title: "Profile · Leadline" };

export default function ProfilePage() {
  return <ProfileClient />;
}
