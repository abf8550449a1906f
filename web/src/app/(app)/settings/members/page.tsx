import type { Metadata } from "next";
import { MemberPage } from "@/features/members/components/member-page";

export const metadata: Metadata = { title: "Members · Leadline" };

export default function MembersPage() {
  return <MemberPage />;
}
