import {
  type AssetKey,
  type AssetMaterialization,
  assetKeyOf,
  checkEvent,
  type RecordedEvent,
  type RunlessEvent,
} from "../core/index.ts";
import { appendEvent, type EventFilter, type EventLog, EventLogError, openEventLog } from "../storage/index.ts";
import { resolveDatabase } from "./config.ts";

export type MaterializationRecord = RecordedEvent & AssetMaterialization;

/** What narrows the events of an asset down. */
export interface AssetRecordsFilter extends Omit<EventFilter, "assetKey" | "prefix" | "type" | "checkName"> {
  readonly assetKey: AssetKey | string;
}

export interface ReportOptions {
  readonly idempotencyKey?: string;
}

export interface FetchOptions {
  /** Default: 100. */
  readonly limit?: number;
  /** From the last call with the same filter and order. */
  readonly cursor?: string | null | undefined;
  /** Oldest first. Default: newest first. */
  readonly ascending?: boolean;
}

export interface EventRecordsResult<Record extends RecordedEvent> {
  readonly records: readonly Record[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface RunlessInstanceOptions {
  /** Default: `RUNLESS_DATABASE_URL`, else `file:runless.db` in the working directory. */
  readonly databaseUrl?: string | undefined;
  /** Default, without a databaseUrl of its own: `RUNLESS_DATABASE_AUTH_TOKEN`. */
  readonly databaseAuthToken?: string | undefined;
}

/** The event log in this process, with the names of Dagster's instance: no server is needed. */
export class RunlessInstance {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Opens the event log, as `DagsterInstance.get()` reads DAGSTER_HOME. Throws EventLogError or ConfigError. */
  static async get(options: RunlessInstanceOptions = {}): Promise<RunlessInstance> {
    const given = resolveDatabase(process.env);
    const url = options.databaseUrl ?? given.databaseUrl;
    // The environment's token is for the environment's database.
    const token = options.databaseUrl === undefined ? given.databaseAuthToken : undefined;
    return new RunlessInstance(await openEventLog({ url, authToken: options.databaseAuthToken ?? token }));
  }

  /**
   * Records an event and answers it as it was recorded, once that is durable. With `idempotencyKey`, a repetition of
   * the same event is answered with the first one and not recorded; another event under that key throws.
   */
  async reportRunlessAssetEvent(event: RunlessEvent, options: ReportOptions = {}): Promise<RecordedEvent> {
    const { id } = await appendEvent(this.#log, { event: checkEvent(event), ...options });
    const recorded = await this.#log.get(id);
    if (recorded === undefined) throw new EventLogError("unavailable", `Event ${id} was recorded and wiped since.`);
    return recorded;
  }

  /** The asset's materialization with the greatest (timestamp, id), or undefined. */
  async getLatestMaterializationEvent(assetKey: AssetKey | string): Promise<MaterializationRecord | undefined> {
    const record = await this.#log.asset(assetKeyOf(assetKey));
    return (record?.latestMaterialization ?? undefined) as MaterializationRecord | undefined; // of that type alone
  }

  /** The asset's materializations by id, newest first unless `ascending`. */
  async fetchMaterializations(
    filter: AssetKey | string | AssetRecordsFilter,
    { limit = 100, cursor, ascending = false }: FetchOptions = {},
  ): Promise<EventRecordsResult<MaterializationRecord>> {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`The limit must be a whole number from 1. Got ${limit}.`);
    const narrowed = isFilter(filter) ? filter : { assetKey: filter };
    const eventFilter = {
      ...narrowed,
      assetKey: assetKeyOf(narrowed.assetKey),
      type: "ASSET_MATERIALIZATION",
    } as const;
    const order = ascending ? "asc" : "desc";
    const records: RecordedEvent[] = [];
    let page = await this.#log.query(eventFilter, { limit, order, cursor: cursor ?? undefined });
    records.push(...page.events);
    // A page may be short, since it examines a bounded number of events.
    while (page.hasMore && records.length < limit) {
      page = await this.#log.query(eventFilter, {
        limit: limit - records.length,
        order,
        cursor: page.cursor ?? undefined,
      });
      records.push(...page.events);
    }
    return { records: records as MaterializationRecord[], cursor: page.cursor, hasMore: page.hasMore }; // of that type alone
  }

  /** Finishes what was reported and closes the event log. */
  close(): Promise<void> {
    return this.#log.close();
  }
}

function isFilter(filter: AssetKey | string | AssetRecordsFilter): filter is AssetRecordsFilter {
  return typeof filter === "object" && "assetKey" in filter;
}
