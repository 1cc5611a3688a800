import { Counter, Gauge, type Registry } from "prom-client";

/** How far the server is that tells destinations, as its metrics show it. */
export interface SendingProgress {
  readonly isHolder: boolean;
  /** Whether the server that sends has another file of destinations than this one. */
  readonly isOtherFile: boolean;
  /** Of the holder alone. */
  readonly queues: readonly {
    readonly row: {
      readonly name: string;
      readonly status: string;
      readonly failures: number;
      readonly pruned: number;
    };
    readonly pending: readonly { readonly createdAt: number }[];
    readonly parked: { readonly size: number };
    readonly eventCursor: number;
  }[];
}

export interface DestinationMetrics {
  /** Counts what became of deliveries. */
  readonly outcome: (destination: string, outcome: string, count: number) => void;
  readonly sent: (progress: SendingProgress) => void;
}

export interface DestinationMetricsOptions {
  /** The id of the newest event. */
  readonly newest: () => Promise<number>;
  readonly now?: () => number;
}

/** Adds the metrics of destinations. All but the counter are shown by the server that sends, and by no other. */
export function addDestinationMetrics(
  registry: Registry,
  { newest, now = Date.now }: DestinationMetricsOptions,
): DestinationMetrics {
  let progress: SendingProgress = { isHolder: false, isOtherFile: false, queues: [] };
  const deliveries = new Counter({
    name: "runless_destination_deliveries_total",
    help: "What became of messages to a destination: delivered, failed (to be tried again), dead, superseded, parked, skipped.",
    labelNames: ["destination", "outcome"],
    registers: [registry],
  });
  type Queue = SendingProgress["queues"][number];
  const gauge = (name: string, help: string, value: (queue: Queue) => number | Promise<number>) =>
    new Gauge({
      name: `runless_destination_${name}`,
      help,
      labelNames: ["destination"],
      registers: [registry],
      async collect() {
        this.reset();
        for (const queue of progress.queues) this.set({ destination: queue.row.name }, await value(queue));
      },
    });
  gauge("pending", "Messages that are to be sent, or sent again.", ({ pending }) => pending.length);
  gauge("oldest_seconds", "How old the oldest message is that is to be sent; 0: there is none.", ({ pending }) =>
    pending[0] === undefined ? 0 : Math.max(0, now() - pending[0].createdAt) / 1000,
  );
  gauge("parked", "Events that Dagster refused, which wait for an operator.", ({ parked }) => parked.size);
  // What can't be read is NaN, so that the other metrics are still answered.
  gauge("lag_events", "How many ids the log is ahead of what was looked at.", async ({ eventCursor }) =>
    newest().then(
      (id) => Math.max(0, id - eventCursor),
      () => Number.NaN,
    ),
  );
  gauge("pruned_events", "How many events retention deleted before they were looked at.", ({ row }) => row.pruned);
  gauge(
    "failures",
    "How many attempts failed one after the other; 0: the last one got through.",
    ({ row }) => row.failures,
  );
  gauge("is_active", "0 where it is paused, disabled or blocked, else 1.", ({ row }) =>
    row.status === "active" ? 1 : 0,
  );
  new Gauge({
    name: "runless_sender_is_holder",
    help: "1 where this process tells destinations, 0 where another does, or none.",
    registers: [registry],
    collect() {
      this.set(progress.isHolder ? 1 : 0);
    },
  });
  new Gauge({
    name: "runless_sender_file_differs",
    help: "1 where the server that tells destinations has another file of destinations than this one.",
    registers: [registry],
    collect() {
      this.set(progress.isOtherFile ? 1 : 0);
    },
  });
  return {
    outcome: (destination, outcome, count) => deliveries.inc({ destination, outcome }, count),
    sent: (found) => {
      progress = found;
    },
  };
}
