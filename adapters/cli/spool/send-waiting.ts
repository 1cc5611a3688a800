import { createSender, type SenderOptions } from "../../client/http-sender.ts";
import { wait } from "../../client/retry.ts";
import { SpoolError, serverFolder, spoolRoot, waitingNames } from "./spool-folder.ts";

export interface WaitingOptions {
  /** Whether the command reports, so that its token is meant to be good for that. */
  readonly isReporting: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Of one request of this flush, in milliseconds: it stands before what the command was called for. */
const timeout = 10_000;

/**
 * Sends what waits for a server before a command talks to it. Answers whether the server was found away. Never rejects:
 * what is still waiting is told, where there is something to be done about it.
 */
export async function sendWaiting(
  connection: Pick<SenderOptions, "url" | "headers" | "fetch">,
  { isReporting, signal }: WaitingOptions,
): Promise<boolean> {
  const { url } = connection;
  try {
    const root = spoolRoot();
    if (waitingNames(serverFolder(root, url)).length === 0) return false;
    const [{ flushSpool }, { describeFlush }, { isAway }] = await Promise.all([
      import("./flush-spool.ts"),
      import("./describe-flush.ts"),
      import("./is-away.ts"),
    ]);
    const send = createSender({ ...connection, retries: 0, timeout, wait, random: Math.random });
    const outcome = await flushSpool({ root, url, send, signal });
    const error = outcome.error;
    // A server that is away is told of by the command itself.
    const isTold = error !== undefined && isReporting && !isAway(error);
    const told = { ...outcome, isBusy: false, error: isTold ? error : undefined };
    for (const line of describeFlush(told, url)) console.error(line);
    return error !== undefined && isAway(error);
  } catch (error) {
    if (error instanceof SpoolError) return false; // nothing can wait where nothing can be kept
    console.error(
      `runless: what waits for ${url} could not be sent: ${error instanceof Error ? error.message : error}`,
    );
    return false;
  }
}
