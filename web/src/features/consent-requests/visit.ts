/** What brings a visitor to the page: the link itself, or the way back from Amazon. */
export interface Visit {
  token: string | null;
  done: boolean;
  error: string | null;
}

export function visitOf(params: URLSearchParams): Visit {
  return { token: params.get("token"), done: params.has("done"), error: params.get("error") };
}

const KEY = "leadline.consent-link";

/** The way back from Amazon carries no token; this tab knows which link it came by. */
export function rememberLink(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // storage may be forbidden: trying again then takes the link itself
  }
}

export function recallLink(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
