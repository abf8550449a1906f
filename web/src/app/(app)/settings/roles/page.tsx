import type { Metadata } from "next";
import { RoleList } from "@/features/roles/components/role-list";

export const metadata: Metadata = { title: "Roles · Leadline" };

export default function RolesPage() {
  return <RoleList />;
}
