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

/** Starts to tell destinations. Resolves once it has ended, after the signal. */
export type SenderStart = (server: StartingServer) => Promise<void>;

/** Reads the operator's file before anything listens. Throws ConfigError, which says what to change. */
export async function prepareSender(path: string): Promise<SenderStart> {
  const file = await openDestinations(path);
  return ({ stores, config, metrics, ...rest }) => {
    const newest = () => newestEvent(stores.log);
    const { outcome: onOutcome, sent: onState } = addDestinationMetrics(metrics.registry, { newest });
    return runSender({ ...rest, stores, file, path, baseUrl: config.publicUrl ?? null, onOutcome, onState });
  };
}
