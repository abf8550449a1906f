import type { Proof } from "./queries";

/** What was typed as a code: six digits are the app's, anything else a recovery code. */
export function proofOf(password: string, typed: string): Proof {
  const digits = typed.replace(/\s/g, "");
  return /^\d{6}$/.test(digits) ? { password, code: digits } : { password, recovery_code: typed };
}
