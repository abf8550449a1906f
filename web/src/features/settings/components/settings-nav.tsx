"use client";

import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { useCan } from "@/features/session/queries";
import { cn } from "@/lib/cn";
import { Link, usePath } from "@/lib/router";
import { SETTINGS } from "../pages";

/** How much of the entry before stays in sight. */
const PEEK_PX = 48;

/** The settings pages this person may open: a column beside the page, a scrolling row above it on a phone. */
export function SettingsNav() {
  const t = useTranslations("settings");
  const can = useCan();
  const path = usePath();
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>(`a[href="${path}"]`);
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - row.current.offsetLeft - PEEK_PX;
  }, [path]);
  return (
    <nav
      ref={row}
      aria-label={t("navigation")}
      className="flex gap-4 overflow-x-auto lg:grid lg:content-start lg:gap-5"
    >
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
