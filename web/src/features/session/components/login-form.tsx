"use client";

import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Input, Label } from "@/components/ui/input";
import { ApiError } from "@/lib/problem";
import { useSignIn } from "../queries";

export function LoginForm({ onSignedIn }: { onSignedIn: () => void }) {
  const t = useTranslations("login");
  const signIn = useSignIn();
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get("email") ?? "").trim();
    const password = String(form.get("password") ?? "");
    setMissing(!email || !password);
    if (email && password) signIn.mutate({ email, password }, { onSuccess: onSignedIn });
  };
  const refused = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
    <form data-testid="login-form" onSubmit={submit} noValidate className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor="email">{t("email")}</Label>
        <Input
          id="email"
          name="email"
          type="email"
          autoComplete="username"
          required
          aria-invalid={refused}
          className="h-10"
        />
      </div>
      <PasswordField invalid={refused} />
      <div aria-live="assertive">
        {missing ? (
          <Alert tone="warning">{t("missing")}</Alert>
        ) : signIn.error ? (
          <SignInError error={signIn.error} />
        ) : null}
      </div>
      <Button type="submit" size="lg" disabled={signIn.isPending || signIn.isSuccess}>
        {signIn.isPending || signIn.isSuccess ? t("submitting") : t("submit")}
      </Button>
    </form>
  );
}

function PasswordField({ invalid }: { invalid: boolean }) {
  const t = useTranslations("login");
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="grid gap-1.5">
      <Label htmlFor="password">{t("password")}</Label>
      <div className="relative">
        <Input
          id="password"
          name="password"
          type={shown ? "text" : "password"}
          autoComplete="current-password"
          required
          aria-invalid={invalid}
          className="h-10 pr-10"
        />
        <button
          type="button"
          aria-label={shown ? t("hidePassword") : t("showPassword")}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-md text-muted-foreground hover:text-foreground"
        >
          <Icon aria-hidden className="size-4" />
        </button>
      </div>
    </div>
  );
}

function SignInError({ error }: { error: Error }) {
  const t = useTranslations("login");
  if (!(error instanceof ApiError)) return <Problem error={error} />;
  if (error.status === 401) return <Alert tone="danger">{t("wrong")}</Alert>;
  if (error.status === 429) {
    const seconds = error.retryAfterSeconds;
    return <Alert tone="warning">{seconds === null ? t("limitedUnknown") : t("limited", { seconds })}</Alert>;
  }
  return <Problem error={error} />;
}
