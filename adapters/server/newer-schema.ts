import { EventLogError, type LibsqlEventLog } from "../../storage/index.ts";
import { pause } from "./clocks.ts";

/** How often the version of the schema is read, in milliseconds. */
const interval = 5_000;

interface NewerSchemaOptions {
  /** A log without `assertKnownSchema` has no schema. */
  readonly log: Partial<LibsqlEventLog>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Waits between two looks. Default: 5 seconds. */
  readonly wait?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Looks at the schema of the database at intervals. Resolves with a sentence once a newer runless has migrated it under
 * this process, and with undefined at the signal. Failures that may pass are not looked at: reports tell of those.
 */
export async function newerSchema({
  log,
  signal,
  wait = (signal) => pause(interval, signal),
}: NewerSchemaOptions): Promise<string | undefined> {
  if (log.assertKnownSchema === undefined) return undefined;
  for (;;) {
    await wait(signal);
    if (signal.aborted) return undefined;
    try {
      await log.assertKnownSchema();
    } catch (error) {
      if (error instanceof EventLogError && error.code === "unusable_database") return error.message;
    }
  }
}
