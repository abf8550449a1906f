"use client";

import NextLink from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type ComponentProps, useCallback } from "react";

export function Link(props: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...props} />;
}

/** The path with its closing slash, as the exported site serves it. */
export function usePath(): string {
  const path = usePathname();
  return path.endsWith("/") ? path : `${path}/`;
}

export function useGo(): (href: string) => void {
  const router = useRouter();
  return useCallback((href: string) => router.push(href), [router]);
}

/** As `useGo`, without an entry in the history. */
export function useReplace(): (href: string) => void {
  const router = useRouter();
  return useCallback((href: string) => router.replace(href), [router]);
}

export type WriteSearch = (search: string, how?: "push" | "replace") => void;

/** The query string and its writer. The History API keeps Next in step without fetching the page again. */
export function useSearch(): [URLSearchParams, WriteSearch] {
  const params = useSearchParams();
  const write = useCallback<WriteSearch>((search, how = "replace") => {
    const url = `${location.pathname}${search ? `?${search}` : ""}`;
    if (how === "push") history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  }, []);
  return [params as unknown as URLSearchParams, write];
}
