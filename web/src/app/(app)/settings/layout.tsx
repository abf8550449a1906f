import type { ReactNode } from "react";
import { SettingsNav } from "@/features/settings/components/settings-nav";

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-8">
      <SettingsNav />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
