const HOME = "/";

/**
 * Where to go after signing in. Only a path of this site is taken, never the login page itself,
 * and the data file of a page (which the app may have been fetching) stands for that page.
 */
export function nextPath(next: string | null, origin: string): string {
  if (!next?.startsWith("/")) return HOME;
  let url: URL;
  try {
    url = new URL(next, origin);
  } catch {
    return HOME;
  }
  if (url.origin !== origin || url.pathname.startsWith("/login")) return HOME;
  const path = url.pathname.replace(/(index|__next[^/]*)\.txt$/, "");
  url.searchParams.delete("_rsc");
  const search = url.searchParams.toString();
  return path + (search ? `?${search.replaceAll("%2C", ",")}` : "");
}

export function loginPath(location: { pathname: string; search: string }): string {
  const here = location.pathname + location.search;
  return here === HOME ? "/login/" : `/login/?next=${encodeURIComponent(here)}`;
}

const PUBLIC = [
  "login",
  "sign-up",
  "verify-email",
  "forgot-password",
  "reset-password",
  "invitation",
  "amazon-consent",
];

/** Pages for people who are not signed in: an ended session does not send them away. */
export function isPublic(pathname: string): boolean {
  return PUBLIC.includes(pathname.split("/")[1] ?? "");
}
