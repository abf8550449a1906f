import { type FormEvent, useState } from "react";

/** The fields of a form as text, e-mail and names without spaces around; null while one is empty. */
export function filled<Name extends string>(
  form: HTMLFormElement,
  names: readonly Name[],
): Record<Name, string> | null {
  const data = new FormData(form);
  const read = (name: Name) => {
    const value = String(data.get(name) ?? "");
    return name.includes("password") || name === "current" || name === "new" ? value : value.trim();
  };
  const entries = names.map((name) => [name, read(name)] as const);
  return entries.every(([, value]) => value) ? (Object.fromEntries(entries) as Record<Name, string>) : null;
}

/** A form's submit handler that asks for every field before anything is sent. */
export function useFilled<Name extends string>(names: readonly Name[], send: (values: Record<Name, string>) => void) {
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = filled(event.currentTarget, names);
    setMissing(values === null);
    if (values) send(values);
  };
  return { missing, submit };
}
