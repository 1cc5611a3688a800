import { once } from "node:events";
import { exitCodes } from "./exit-code.ts";

/**
 * Does what goes on for long or forever, until Ctrl-C: then `interrupted` aborts, and the process is to end without a
 * word. Not at once: Node aborts where a thread of the database is in the driver when the process exits, so the log has to
 * be closed first.
 */
export async function unlessInterrupted(work: (interrupted: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  const interrupted = once(process, "SIGINT").then(() => {
    process.exitCode = exitCodes.interrupted;
    interruption.abort();
  });
  await Promise.race([work(interruption.signal), interrupted]);
}
