import type { Identity } from "@/lib/model";

export type ClerkConfig = NonNullable<Identity["clerk"]>;

interface SignInRedirect {
  signInForceRedirectUrl: string;
  signUpForceRedirectUrl: string;
}

/** The part of Clerk's `window.Clerk` that is used here. */
export interface Clerk {
  load(): Promise<void>;
  session: { getToken(): Promise<string | null> } | null | undefined;
  redirectToSignIn(options: SignInRedirect): Promise<unknown>;
  redirectToSignUp(options: SignInRedirect): Promise<unknown>;
  signOut(options: { redirectUrl: string }): Promise<unknown>;
}

declare global {
  interface Window {
    Clerk?: Clerk;
  }
}

/** Clerk, loaded from its own address: the gateway allows that origin on the login page alone. */
export async function loadClerk(config: ClerkConfig): Promise<Clerk> {
  if (!window.Clerk) await loadScript(config);
  if (!window.Clerk) throw new Error(`${config.script_url} did not bring Clerk`);
  await window.Clerk.load();
  return window.Clerk;
}

function loadScript(config: ClerkConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = config.script_url;
    script.crossOrigin = "anonymous";
    script.dataset.clerkPublishableKey = config.publishable_key;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${config.script_url} cannot be loaded`));
    };
    document.head.append(script);
  });
}
