/* The sandbox's stand-in for Clerk's script: the part of `window.Clerk` that Leadline's login uses.
 * Same address below the Frontend API, same attribute for the key, same names; none of Clerk's code. */
(() => {
  const script = document.currentScript;
  const frontendApi = script.src.split("/npm/")[0];

  async function call(method, path) {
    const answer = await fetch(`${frontendApi}/v1${path}`, { method, credentials: "include" });
    if (!answer.ok) throw new Error(`Clerk answered ${answer.status}`);
    return answer.json();
  }

  const sessionOf = (found) => ({
    id: found.id,
    status: found.status,
    user: found.user,
    getToken: async () => (await call("POST", `/client/sessions/${found.id}/tokens`)).jwt,
  });

  const clerk = {
    publishableKey: script.dataset.clerkPublishableKey,
    loaded: false,
    user: undefined,
    session: undefined,
    get isSignedIn() {
      return Boolean(clerk.session);
    },
    async load() {
      const { response } = await call("GET", "/client");
      const found = response.sessions[0];
      clerk.session = found ? sessionOf(found) : null;
      clerk.user = found ? found.user : null;
      clerk.loaded = true;
    },
    async redirectToSignIn(options = {}) {
      const back = options.signInForceRedirectUrl ?? location.href;
      location.assign(`${frontendApi}/sign-in?redirect_url=${encodeURIComponent(back)}`);
    },
    async redirectToSignUp(options = {}) {
      await clerk.redirectToSignIn({ signInForceRedirectUrl: options.signUpForceRedirectUrl });
    },
    async signOut() {
      if (clerk.session) await call("POST", `/client/sessions/${clerk.session.id}/remove`);
      clerk.session = null;
      clerk.user = null;
    },
  };
  window.Clerk = clerk;
})();
