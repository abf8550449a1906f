/** What this tab went to Amazon for, so that it can tell what came of it when nobody else could. */
export interface Trip {
  connectionId: string;
  /** When the consent before this one was given; null when there was none. */
  consentedBefore: string | null;
}

const KEY = "leadline.trip-to-amazon";

/** Off to Amazon; the browser comes back to /connections/. */
export function leaveFor(authorizeUrl: string, trip: Trip): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(trip));
  } catch {
    // Without storage the page tells less, not something else.
  }
  location.assign(authorizeUrl);
}

export function lastTrip(): Trip | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Trip | null;
  } catch {
    return null;
  }
}
