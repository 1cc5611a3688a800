import { type AssetKey, hasPrefix, type RecordedEvent } from "../../../core/index.ts";
import type { AssetMark, EventFilter, EventLog, Overview, WipeTarget } from "../../../storage/index.ts";
import { HttpError } from "../http-error.ts";
import { type Caller, outOfReach, reaches, reportedBy } from "./caller.ts";

/** The methods of a log that requests use. */
interface RequestLog extends Omit<EventLog, "close">, Omit<Overview, "lastMaterializations"> {}

/**
 * The log narrowed to a caller's prefix. Lists leave out what is outside; an asset outside is a 403, and an event
 * outside is not found. Streams, exports and imports go on for hours, and the token may be revoked meanwhile. So every
 * call but the first calls `recheck` before anything else, and rejects if that does. What is appended is recorded under the
 * caller's name.
 */
export class ScopedEventLog implements RequestLog {
  readonly #log: RequestLog;
  readonly #caller: Caller;
  readonly #recheck: () => Promise<void>;
  #calls = 0;

  constructor(log: RequestLog, caller: Caller, recheck: () => Promise<void>) {
    this.#log = log;
    this.#caller = caller;
    this.#recheck = recheck;
  }

  async append(...[units, options]: Parameters<EventLog["append"]>) {
    if (this.#isAgain()) await this.#recheck();
    for (const unit of units) for (const { event } of unit) this.#assertReached(event.assetKey);
    return await this.#log.append(units, { ...options, ...reportedBy(this.#caller) });
  }

  async get(id: number) {
    if (this.#isAgain()) await this.#recheck();
    return this.#find(id);
  }

  async reportedEvent(id: number) {
    if (this.#isAgain()) await this.#recheck();
    const found = await this.#log.reportedEvent(id);
    return found !== undefined && reaches(this.#caller, found.event.assetKey) ? found : undefined;
  }

  async query(...[filter, page]: Parameters<EventLog["query"]>) {
    if (this.#isAgain()) await this.#recheck();
    return this.#log.query(this.narrow(filter), page);
  }

  async asset(key: AssetKey) {
    if (this.#isAgain()) await this.#recheck();
    this.#assertReached(key);
    return this.#log.asset(key);
  }

  async assets(...[filter, page]: Parameters<EventLog["assets"]>) {
    if (this.#isAgain()) await this.#recheck();
    return this.#log.assets(this.narrow(filter), page);
  }

  async assetMarks(...[filter, page]: Parameters<Overview["assetMarks"]>) {
    if (this.#isAgain()) await this.#recheck();
    return this.#log.assetMarks(this.narrow(filter), page);
  }

  async marksOf(keys: readonly AssetKey[]): Promise<readonly AssetMark[]> {
    if (this.#isAgain()) await this.#recheck();
    for (const key of keys) this.#assertReached(key);
    return this.#log.marksOf(keys);
  }

  async assetStates(...[filter, page]: Parameters<Overview["assetStates"]>) {
    if (this.#isAgain()) await this.#recheck();
    return this.#log.assetStates(this.narrow(filter), page);
  }

  async recent(...[keys, limit]: Parameters<Overview["recent"]>) {
    if (this.#isAgain()) await this.#recheck();
    for (const key of keys) this.#assertReached(key);
    return this.#log.recent(keys, limit);
  }

  async timeline(...[key, request]: Parameters<Overview["timeline"]>) {
    if (this.#isAgain()) await this.#recheck();
    this.#assertReached(key);
    return this.#log.timeline(key, request);
  }

  async partitions(...[key, page]: Parameters<EventLog["partitions"]>) {
    if (this.#isAgain()) await this.#recheck();
    this.#assertReached(key);
    return this.#log.partitions(key, page);
  }

  async partitionMarks(...[key, page]: Parameters<Overview["partitionMarks"]>) {
    if (this.#isAgain()) await this.#recheck();
    this.#assertReached(key);
    return this.#log.partitionMarks(key, page);
  }

  async checks(...[key, page]: Parameters<EventLog["checks"]>) {
    if (this.#isAgain()) await this.#recheck();
    this.#assertReached(key);
    return this.#log.checks(key, page);
  }

  async failingChecks(...[keys, limit]: Parameters<Overview["failingChecks"]>) {
    if (this.#isAgain()) await this.#recheck();
    for (const key of keys) this.#assertReached(key);
    return this.#log.failingChecks(keys, limit);
  }

  async checkHistories(...[checks, limit]: Parameters<Overview["checkHistories"]>) {
    if (this.#isAgain()) await this.#recheck();
    for (const { assetKey } of checks) this.#assertReached(assetKey);
    return this.#log.checkHistories(checks, limit);
  }

  async wipe(target: WipeTarget, by: string | null) {
    if (this.#isAgain()) await this.#recheck();
    if ("assetKey" in target) this.#assertReached(target.assetKey);
    else if (this.#caller.prefix !== null && (await this.#find(target.eventId)) === undefined) return undefined;
    return this.#log.wipe(target, by);
  }

  id(): Promise<string> {
    return this.#log.id();
  }

  watch(listener: Parameters<EventLog["watch"]>[0]) {
    return this.#log.watch(listener);
  }

  /** Rejects once the caller is no longer authorized. For long work that calls no other method. */
  async recheck(): Promise<void> {
    if (this.#isAgain()) await this.#recheck();
  }

  /** The filter, narrowed to the caller's prefix. Throws HttpError 403 if it names something outside. */
  narrow<Filter extends NarrowFilter>(filter: Filter): Filter {
    return narrowTo(this.#caller, filter);
  }

  #isAgain(): boolean {
    return this.#calls++ > 0;
  }

  #assertReached(key: AssetKey): void {
    assertReached(this.#caller, key);
  }

  async #find(id: number): Promise<RecordedEvent | undefined> {
    const event = await this.#log.get(id);
    return event !== undefined && reaches(this.#caller, event.assetKey) ? event : undefined;
  }
}

type NarrowFilter = Pick<EventFilter, "assetKey" | "prefix">;

/** The filter, narrowed to the caller's prefix. Throws HttpError 403 if it names something outside. */
export function narrowTo<Filter extends NarrowFilter>(caller: Caller, filter: Filter): Filter {
  const { prefix: own } = caller;
  if (own === null) return filter;
  const { assetKey, prefix } = filter;
  if (assetKey !== undefined) assertReached(caller, assetKey);
  const isWider = prefix === undefined || hasPrefix(own, prefix);
  if (!isWider) assertReached(caller, prefix);
  return isWider && assetKey === undefined ? { ...filter, prefix: own } : filter;
}

/** Throws HttpError 403 if the caller does not reach the key. */
export function assertReached(caller: Caller, key: AssetKey): void {
  if (!reaches(caller, key)) throw new HttpError(403, outOfReach(caller, key));
}
