import type { Verification } from "@/lib/model";
import { problemFrom, unreachable } from "@/lib/problem";

/** Splits a stream of JSON lines, wherever the network cut it. */
export async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = "";
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const lines = (rest + decoder.decode(step.value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) yield JSON.parse(line);
  }
  if (rest) yield JSON.parse(rest);
}

/** Has the whole chain checked; tells how far it is, answers the verdict. */
export async function verifyChain(known: string, onProgress: (line: Verification) => void): Promise<Verification> {
  const search = known ? `?known=${encodeURIComponent(known)}` : "";
  const response = await fetch(`/v1/audit/verification${search}`, { credentials: "same-origin" }).catch((cause) => {
    throw unreachable(cause);
  });
  if (!response.ok || !response.body) throw problemFrom(response, await response.text());
  let last: Verification | null = null;
  for await (const line of jsonLines(response.body)) {
    last = line as Verification;
    onProgress(last);
  }
  if (!last || last.state === "running") throw unreachable(new Error("The check was cut off."));
  return last;
}

export const KNOWN = /^\d{1,18}:[0-9a-f]{64}$/;

/** A head as it is noted elsewhere and given back: `sequence:hash`. */
export const noted = (point: { sequence: number; hash: string }): string => `${point.sequence}:${point.hash}`;
