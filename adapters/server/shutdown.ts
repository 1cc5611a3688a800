import { setTimeout as delay } from "node:timers/promises";
import { logger } from "../config/logger.ts";

interface Shutdown {
  /** Aborted when it begins to end. */
  readonly closing: AbortController;
  /** Takes no new connection, and resolves when every accepted request has its answer. */
  readonly stopListening: () => Promise<void>;
  readonly closeLog: () => Promise<void>;
  /** How long requests under way may take. */
  readonly seconds: number;
  /** Whether the database's files are damaged. */
  readonly isFileDamaged: () => boolean;
}

/** How long after a signal another one counts as the same, in milliseconds. */
const sameSignal = 500;

/**
 * Shuts the process down in order on SIGTERM or SIGINT, with exit code 0. A second signal ends it at once. Returns a
 * function that does the same with another exit code.
 */
export function shutDownOnSignals(shutdown: Shutdown): (exitCode: number) => void {
  const { closing, isFileDamaged } = shutdown;
  let firstAt: number | undefined;
  const end = (exitCode: number) => {
    if (closing.signal.aborted) return;
    closing.abort();
    void finish(shutdown).then(() => endProcess(isFileDamaged(), exitCode));
  };
  const endOnSignal = () => {
    firstAt ??= performance.now();
    // Ctrl-C reaches a process that npm started twice: from the terminal, and from npm. That is no second signal.
    if (closing.signal.aborted && performance.now() - firstAt > sameSignal) process.exit(1);
    end(0);
  };
  process.on("SIGTERM", endOnSignal);
  process.on("SIGINT", endOnSignal);
  return end;
}

async function finish({ stopListening, closeLog, seconds }: Shutdown): Promise<void> {
  logger.info("runless is finishing what it accepted; a second signal ends it at once");
  // A request whose body never ends must not keep the process alive.
  await Promise.race([stopListening(), delay(seconds * 1000)]);
  await closeLog();
  logger.info("runless has ended");
}

/** An orderly exit closes the database, and SQLite then writes its log into the file. A damaged file must not be written. */
function endProcess(isFileDamaged: boolean, exitCode: number): void {
  if (isFileDamaged) process.kill(process.pid, "SIGKILL");
  else process.exit(exitCode);
}
