import type { RunlessClientError } from "../../client/client-error.ts";
import { createSender, type SenderOptions } from "../../client/http-sender.ts";
import { wait } from "../../client/retry.ts";
import { SpoolError, serverFolder, spoolRoot, waitingNames } from "./spool-folder.ts";

interface WaitingOptions {
  /** Whether the command reports. Then its token should have the scope for that. */
  readonly isReporting: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The time-out of one request, in milliseconds. The command waits for it before its own work. */
const timeout = 10_000;

/**
 * Sends the reports that wait for a server before a command calls it. Resolves with whether the server is away. Never
 * rejects: problems that the user can do something about are printed.
 */
export async function sendWaiting(
  connection: Pick<SenderOptions, "url" | "headers" | "fetch">,
  { isReporting, signal }: WaitingOptions,
): Promise<boolean> {
  const { url } = connection;
  try {
    const root = spoolRoot();
    if (waitingNames(serverFolder(root, url)).length === 0) return false;
    const { flushSpool, describeFlush } = await import("./flush-spool.ts");
    const send = createSender({ ...connection, retries: 0, timeout, wait, random: Math.random });
    const outcome = await flushSpool({ root, url, send, signal });
    const error = outcome.error;
    // The command itself reports a server that is away.
    const isPrinted = error !== undefined && isReporting && !isAway(error);
    const printed = { ...outcome, isBusy: false, error: isPrinted ? error : undefined };
    for (const line of describeFlush(printed, url)) console.error(line);
    return error !== undefined && isAway(error);
  } catch (error) {
    if (error instanceof SpoolError) return false; // without a spool nothing can wait
    console.error(
      `runless: what waits for ${url} could not be sent: ${error instanceof Error ? error.message : error}`,
    );
    return false;
  }
}

const awayStatuses: ReadonlySet<number | undefined> = new Set([429, 502, 503, 504]);

/**
 * Whether a server is away or overloaded, so that it may accept the same report later: no connection, no answer in time,
 * 429, 502, 503 or 504. Any other answer is about the report.
 */
export function isAway({ code, status }: RunlessClientError): boolean {
  return code === "network" || code === "timeout" || (code === "unavailable" && awayStatuses.has(status));
}
