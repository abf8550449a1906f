"use client";

import { useEffect } from "react";
import { useReplace } from "@/lib/router";

/** The settings area has no page of its own: on to the first one. */
export function SettingsClient() {
  const replace = useReplace();
  useEffect(() => replace("/settings/profile/"), [replace]);
  return null;
}
