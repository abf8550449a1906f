/**
 * The server's clock as seen from here. A visitor's clock may be minutes off, so anything counted
 * against a server timestamp uses `serverNow`, which is corrected each time the server tells its time.
 */
let offsetMs = 0;

export function observeServerTime(serverTime: string, receivedAt: number = Date.now()): void {
  const told = Date.parse(serverTime);
  if (Number.isFinite(told)) offsetMs = told - receivedAt;
}

export function serverNow(now: number = Date.now()): number {
  return now + offsetMs;
}
