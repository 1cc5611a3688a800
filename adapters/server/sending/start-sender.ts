import type { Stores } from "../../../storage/index.ts";
import type { Config } from "../../config/config.ts";
import { newestEvent } from "../../destinations/sending/follow-events.ts";
import { addDestinationMetrics } from "../../http/operations/destination-metrics.ts";
import type { Metrics } from "../../http/operations/metrics.ts";
import { openDestinations, runSender } from "./run-sender.ts";

export interface StartingServer {
  readonly stores: Stores;
  readonly config: Pick<Config, "publicUrl">;
  readonly metrics: Metrics;
  readonly ownPort: () => number | undefined;
  readonly signal: AbortSignal;
}

export interface PreparedSender {
  /** To be called before the server takes a report: a destination that is new is told of all events from then on. */
  noteNewest(log: Stores["log"]): Promise<void>;
  /** Starts to tell destinations. Resolves once it has ended, after the signal. */
  start(server: StartingServer): Promise<void>;
}

/** Reads the operator's file before anything listens. Throws ConfigError, which says what to change. */
export async function prepareSender(path: string): Promise<PreparedSender> {
  const file = await openDestinations(path);
  let newest: number | undefined;
  return {
    async noteNewest(log) {
      newest = await newestEvent(log).catch(() => undefined); // the log may be away at a start
    },
    start({ stores, config, metrics, ...rest }) {
      const counts = addDestinationMetrics(metrics.registry, { newest: () => newestEvent(stores.log) });
      const { outcome: onOutcome, sent: onState } = counts;
      const baseUrl = config.publicUrl ?? null;
      return runSender({ ...rest, stores, file: { ...file, newest }, path, baseUrl, onOutcome, onState });
    },
  };
}
