import { assertNotFarAhead } from "../../core/events/event-input.ts";
import type { ReportableEvent } from "../../core/events/events.ts";
import type { RunlessEvent } from "../../core/index.ts";
import { appendUnit } from "../../storage/append-event.ts";
import {
  type AssetFreshness,
  appendEvent,
  type DefinitionRecord,
  type DefinitionStore,
  type EventLog,
  EventLogError,
  type AssetRecord as LoggedAsset,
  type NewEvent,
  openStores,
  type WaitReads,
  type WatchStore,
  waitReadsOf,
} from "../../storage/index.ts";
import { resolveDatabase } from "../config/config.ts";
import { readNewEvents, readReportable, readReportOptions } from "./call-arguments.ts";
import { LogReader } from "./log-reader.ts";
import type {
  AssetRecord,
  CallOptions,
  ReportedEvent,
  ReportedEvents,
  ReportOptions,
  RunlessApi,
} from "./runless-api.ts";
import { Waits } from "./waits.ts";

export interface RunlessInstanceOptions {
  /** Default: `RUNLESS_DATABASE_URL`, else `file:runless.db` in the working directory. */
  readonly databaseUrl?: string | undefined;
  /** Default, if databaseUrl is left out: `RUNLESS_DATABASE_AUTH_TOKEN`. */
  readonly databaseAuthToken?: string | undefined;
}

const pageSize = 1000;

/**
 * The event log in this process, without a server. Failures are EventLogErrors; InvalidEventError for a wrong event.
 *
 * @example
 * const instance = await RunlessInstance.get({ databaseUrl: "file:runless.db" });
 * await instance.reportRunlessAssetEvent(materialization("warehouse/orders", { metadata: { rows: 5 } }));
 * const latest = await instance.getLatestMaterializationEvent("warehouse/orders");
 * console.log(latest?.metadata.rows); // { type: 'int', rawValue: 5 }
 * await instance.close();
 */
export class RunlessInstance extends LogReader implements RunlessApi {
  readonly #log: EventLog;

  /** Without a store of definitions, nothing is defined, and without one of what is watched, nothing has a freshness. */
  constructor(log: EventLog & Partial<WaitReads>, definitions?: DefinitionStore, watching?: WatchStore) {
    const described = async (records: readonly LoggedAsset[]) => {
      const keys = records.map(({ assetKey }) => assetKey);
      const [defined, watched] = await Promise.all([definitions?.definitionsFor(keys), watching?.freshnessOf(keys)]);
      return records.map((record, i) => describeAsset(record, defined?.[i], watched?.[i]));
    };
    const watch: EventLog["watch"] = (listener) => log.watch(listener);
    const waits = new Waits({ reads: waitReadsOf(log), watch, definitions, now: Date.now });
    super(
      {
        query: (filter, page) => log.query(filter, page),
        asset: async (key) => {
          const record = await log.asset(key);
          return record && (await described([record]))[0];
        },
        assets: async (filter, page) => {
          const { assets, ...rest } = await log.assets(filter, page);
          return { assets: await described(assets), ...rest };
        },
        partitions: (key, page) => log.partitions(key, page),
        wipe: (target) => log.wipe(target, null),
        wait: (question, timeout, signal) => waits.wait(question, { timeout, signal }),
      },
      pageSize,
    );
    this.#log = log;
  }

  /** Opens the event log that the environment names, like `DagsterInstance.get()`. Rejects with EventLogError or ConfigError. */
  static async get(options: RunlessInstanceOptions = {}): Promise<RunlessInstance> {
    const given = resolveDatabase(process.env);
    const url = options.databaseUrl ?? given.databaseUrl;
    // The token of the environment is for the database of the environment.
    const token = options.databaseUrl === undefined ? given.databaseAuthToken : undefined;
    const stores = await openStores({ url, authToken: options.databaseAuthToken ?? token });
    return new RunlessInstance(stores.log, stores.definitions, stores.watching);
  }

  async reportRunlessAssetEvent(event: RunlessEvent, options?: ReportOptions): Promise<ReportedEvent> {
    const { idempotencyKey, signal } = readReportOptions(options);
    signal?.throwIfAborted();
    return appendEvent(this.#log, { event: recordable(readReportable(event)), idempotencyKey });
  }

  async reportRunlessAssetEvents(
    events: readonly (RunlessEvent | NewEvent)[],
    options?: CallOptions,
  ): Promise<ReportedEvents> {
    readReportOptions(options).signal?.throwIfAborted();
    if (events.length === 0) return { recorded: 0, duplicates: 0, ids: [] };
    const unit = readNewEvents(events).map(({ event, idempotencyKey }) => ({
      event: recordable(event),
      idempotencyKey,
    }));
    const outcome = await appendUnit(this.#log, unit);
    if (outcome.status === "conflict") {
      const { index, reason } = outcome;
      throw new EventLogError("conflict", `Nothing was recorded. The event at index ${index}: ${reason}`);
    }
    if (outcome.status === "rejected") {
      throw new EventLogError("rejected", `The events can't be stored: ${outcome.reason}`);
    }
    const duplicates = outcome.events.filter(({ duplicate }) => duplicate).length;
    return { recorded: events.length - duplicates, duplicates, ids: outcome.events.map(({ id }) => id) };
  }

  /** Finishes reports and closes the event log. */
  close(): Promise<void> {
    return this.#log.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function describeAsset(
  record: LoggedAsset,
  definition: DefinitionRecord | undefined,
  watched: AssetFreshness | undefined,
): AssetRecord {
  if (watched === undefined) return { ...record, definition: definition ?? null, freshness: null };
  const { state, since, deadline, lastAt, nextAt, partitions } = watched;
  const policy = definition?.definition.freshness ?? null;
  const freshness = { state, since, policy, deadline, lastAt, nextAt, partitions };
  return { ...record, definition: definition ?? null, freshness };
}

/** The event to record. Throws InvalidEventError for a timestamp far ahead of its receipt, here or by another log. */
function recordable({ id, receivedAt, ...event }: ReportableEvent): RunlessEvent {
  assertNotFarAhead(event.timestamp, { now: Date.now(), receivedAt: id === undefined ? undefined : receivedAt });
  return event;
}
