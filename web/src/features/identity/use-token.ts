import { useEffect, useState } from "react";
import { useSearch } from "@/lib/router";

/** The token of a letter's link, taken out of the address bar so that it is not shared or kept in it. */
export function useToken(): string {
  const [params, write] = useSearch();
  const [token] = useState(() => params.get("token") ?? "");
  useEffect(() => {
    if (token) write("");
  }, [token, write]);
  return token;
}
