export interface Countdown {
  expired: boolean;
  /** "58:04", or "1:02:09" above an hour. */
  text: string;
  totalSeconds: number;
}

const pad = (value: number): string => String(value).padStart(2, "0");

/**
 * Time left until `expiresAt` on the server's clock. It is worked out anew from the two instants each time,
 * never counted down, so a sleeping laptop or a slow tab cannot make it drift.
 */
export function countdown(expiresAt: string, serverNowMs: number): Countdown {
  const totalSeconds = Math.max(0, Math.ceil((Date.parse(expiresAt) - serverNowMs) / 1000));
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds % 3600) / 60);
  const seconds = totalSeconds % 60;
  const text = hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`;
  return { expired: totalSeconds === 0, text, totalSeconds };
}
