import { WakeSignal } from "../../api/wake-signal.ts";
import { ConfigError } from "../../config/config.ts";
import { logger, plain } from "../../config/logger.ts";
import { readDestinationsFile } from "../../destinations/destinations-file.ts";
import { createHttpSender } from "../../destinations/http-sender.ts";
import { Sender, type SenderOptions, type SendingFile } from "../../destinations/sender.ts";
import { newestEvent } from "../../destinations/sending/follow-events.ts";
import { createMailer } from "../../destinations/sending/mailer.ts";
import { type ClockReading, readClocks } from "../clocks.ts";
import { takeTurns } from "../take-turns.ts";

/** Commits that come one after another are followed together. */
const shortPause = 50;

export interface RunSenderOptions
  extends Pick<SenderOptions, "stores" | "onState" | "onOutcome" | "baseUrl" | "lease"> {
  /** The operator's file, as it was read at the start. */
  readonly file: SendingFile;
  readonly path: string;
  readonly ownPort: () => number | undefined;
  /** Ends it, and lets go of the lease. */
  readonly signal: AbortSignal;
  /** Default: the system's clocks. */
  readonly read?: () => ClockReading;
}

/** Reads the operator's file for a server that starts. Throws ConfigError, which says what to change. */
export async function openDestinations(path: string): Promise<SendingFile> {
  const file = await readDestinationsFile(path);
  if (file.type === "wrong") throw new ConfigError(`the destinations are wrong.\n${file.problems.join("\n")}`);
  return file;
}

/** Tells destinations until the signal. It wakes after commits, after answers, when something is due, and every second. */
export async function runSender(options: RunSenderOptions): Promise<void> {
  const { stores, signal, path, ownPort, read = readClocks } = options;
  const signalled = new WakeSignal({ ref: false });
  const wake = () => signalled.set();
  const rules = { ownPort };
  const sender = new Sender({ ...options, read, wake, send: createHttpSender(rules), mail: createMailer(rules) });
  let isSoon = false;
  const stopWatching = stores.log.watch(() => {
    sender.noteCommit();
    if (isSoon) return;
    isSoon = true;
    setTimeout(() => {
      isSoon = false;
      wake();
    }, shortPause).unref?.();
  });
  const stopReloading = onReload(async () => {
    const newest = await newestEvent(stores.log).catch(() => undefined);
    const file = await readDestinationsFile(path);
    if (file.type === "wrong") {
      const rest = file.problems.join(" ");
      return logger.error(plain(`the file of destinations is wrong, and the one from before holds: ${rest}`));
    }
    logger.info(plain(`the file of destinations was read again: it has ${file.destinations.length}`));
    sender.use({ ...file, newest });
    wake();
  });
  signal.addEventListener("abort", () => signalled.stop(), { once: true });
  const rest = async (wait: number) => {
    // Other work of this thread has its turn.
    if (wait === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    else await signalled.wait(wait);
  };
  await takeTurns(() => sender.turn(), rest, { read, signal, failing: "destinations can't be told" });
  stopWatching();
  stopReloading();
  await sender.release().catch(() => {}); // others take over after 15 seconds
}

function onReload(listener: () => Promise<void>): () => void {
  const reload = () => void listener();
  process.on("SIGHUP", reload);
  return () => process.off("SIGHUP", reload);
}
