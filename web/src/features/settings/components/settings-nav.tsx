"use client";

import { useTranslations } from "use-intl";
import { useCan } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { Link, usePath } from "@/lib/router";
import { SETTINGS } from "../pages";

/** The settings pages this person may open: a column beside the page, a scrolling row above it on a phone. */
export function SettingsNav() {
  const t = useTranslations("settings");
  const can = useCan();
  const path = usePath();
  return (
    <nav aria-label={t("navigation")} className="flex gap-4 overflow-x-auto lg:grid lg:content-start lg:gap-5">
      {SETTINGS.map(({ label, pages }) => {
        const open = pages.filter((page) => page.permission === null || can(page.permission));
        return open.length ? (
          <div key={label}>
            <p className="mb-1 hidden px-2 font-medium text-muted-foreground text-xs lg:block">{t(label)}</p>
            <ul className="flex gap-1 lg:grid lg:gap-0.5">
              {open.map((page) => (
                <li key={page.href}>
                  <Link
                    href={page.href}
                    aria-current={path === page.href ? "page" : undefined}
                    className={cn(
                      "flex h-8 items-center whitespace-nowrap rounded-md px-2 text-[13px] text-muted-foreground hover:bg-accent hover:text-foreground",
                      path === page.href && "bg-accent font-medium text-foreground",
                    )}
                  >
                    {t(page.label)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ) : null;
      })}
    </nav>
  );
}
