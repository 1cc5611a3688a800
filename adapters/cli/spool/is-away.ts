import type { RunlessClientError } from "../../client/client-error.ts";

const awayStatuses: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504]);

/**
 * Whether a server is away, or has no time, so that the same report is likely to be taken later: no connection, no
 * answer in time, 429, 502, 503 or 504. Any other answer says something of the report.
 */
export function isAway({ code, status }: RunlessClientError): boolean {
  return code === "network" || code === "timeout" || (code === "unavailable" && awayStatuses.has(status));
}
