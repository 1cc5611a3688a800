import { type FileHandle, open, readFile } from "node:fs/promises";
import {
  type AssetKey,
  formatEvent,
  type JsonValue,
  parseEvent,
  parseJson,
  type RecordedEvent,
  stringifyJson,
} from "runless/core";
import {
  type AppendedEvent,
  assetsOf,
  type CheckRecord,
  checksOf,
  createWatchers,
  defaultTimestamp,
  type EventLog,
  EventLogError,
  fingerprint,
  formatCursor,
  GroupCommit,
  isTarget,
  listAssets,
  listPage,
  matchesFilter,
  parseCursor,
  partitionsOf,
  receiptTime,
  traceOf,
  type Unit,
  type UnitResult,
  type WipeTarget,
  wellFormedEvent,
} from "runless/storage";

/** An event with the idempotency key that it was recorded with, and the fingerprint of what it said then. */
interface Kept {
  readonly event: RecordedEvent;
  readonly key?: string;
  readonly content?: string;
}

type Change = { readonly units: readonly Unit[] } | { readonly target: WipeTarget; readonly by: string | null };
type Answer = readonly UnitResult[] | RecordedEvent | undefined;

/** What a line says in a list: an event that was recorded, or a wipe with its trace. */
type Step =
  | { readonly event: JsonValue; readonly key?: string; readonly content?: string }
  | { readonly target: WipeTarget; readonly trace: JsonValue };

/** What the log holds. */
class Contents {
  /** In the order of ids. */
  kept: Kept[];
  /** The first use of each idempotency key, by what it is unique within. */
  readonly uses: Map<string, Kept>;

  constructor(kept: Iterable<Kept> = [], uses: Iterable<readonly [string, Kept]> = []) {
    this.kept = [...kept];
    this.uses = new Map(uses);
  }

  get last(): RecordedEvent | undefined {
    return this.kept.at(-1)?.event;
  }

  keep(kept: Kept): void {
    this.kept.push(kept);
    const scope = scopeOf(kept.event, kept.key);
    if (scope !== undefined) this.uses.set(scope, kept);
  }

  forget(target: WipeTarget, trace: RecordedEvent): void {
    this.kept = [...this.kept.filter(({ event }) => !isTarget(target, event)), { event: trace }];
    for (const [scope, { event }] of this.uses) if (isTarget(target, event)) this.uses.delete(scope);
  }
}

const unbounded = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/**
 * An event log in one file of JSON lines, one for each group of changes: what is in a line is recorded as a whole or not
 * at all. The file is read when the log is opened, and every answer is found by a scan of memory: good for some thousands
 * of events.
 *
 * @example
 * const log = await JsonLinesEventLog.open("events.jsonl", { now: Date.now });
 * const { fetch } = createApp({ log });
 */
export class JsonLinesEventLog implements EventLog {
  readonly #file: FileHandle;
  readonly #now: () => number;
  readonly #id: string;
  readonly #watchers = createWatchers();
  readonly #changes: GroupCommit<Change, Answer>;
  #contents = new Contents();
  /** Of the file, in bytes: what a write that failed has left is cut off there. */
  #size = 0;
  #isClosed = false;

  /** Creates the file where it is not there. A last line that was cut off by a crash was never acknowledged: it goes. */
  static async open(path: string, { now }: { readonly now: () => number }): Promise<JsonLinesEventLog> {
    const text = await readFile(path, { encoding: "utf8", flag: "a+" });
    const [id = crypto.randomUUID(), ...lines] = text.split("\n").slice(0, -1);
    const read = lines.map((line) => parseJson(line) as unknown as readonly Step[]); // as this log wrote it
    const log = new JsonLinesEventLog(await open(path, "a"), id, now);
    for (const step of read.flat()) log.#replay(step);
    await log.#file.truncate(Buffer.byteLength(lines.length === 0 ? "" : [id, ...lines, ""].join("\n")));
    if (lines.length === 0) await log.#file.appendFile(`${id}\n`);
    await log.#file.datasync();
    log.#size = (await log.#file.stat()).size;
    return log;
  }

  private constructor(file: FileHandle, id: string, now: () => number) {
    this.#file = file;
    this.#id = id;
    this.#now = now;
    this.#changes = new GroupCommit((changes) => this.#commit(changes), unbounded);
  }

  async append(...[units, { waitWhenFull = false } = {}]: Parameters<EventLog["append"]>) {
    this.#assertOpen();
    const copied = units.map((unit) => [...unit]); // the caller may change its own until the commit
    const load = { events: units.flat().length, bytes: 0 };
    return (await this.#changes.add({ units: copied }, load, waitWhenFull)) as readonly UnitResult[]; // as #commit answers units
  }

  async wipe(...[target, by]: Parameters<EventLog["wipe"]>) {
    this.#assertOpen();
    return (await this.#changes.add({ target, by }, { events: 1, bytes: 0 })) as RecordedEvent | undefined; // likewise
  }

  async get(id: number) {
    this.#assertOpen();
    return this.#contents.kept.find(({ event }) => event.id === id)?.event;
  }

  async query(...[filter, page]: Parameters<EventLog["query"]>) {
    this.#assertOpen();
    const isAscending = page.order === "asc";
    const from = parseCursor(filter, page);
    const ordered = isAscending ? this.#contents.kept : this.#contents.kept.toReversed();
    const ahead = ordered.filter(({ event: { id } }) => from === undefined || (isAscending ? id > from : id < from));
    const matching = ahead.filter(({ event }) => matchesFilter(filter, event));
    const found = matching.slice(0, page.limit);
    const hasMore = matching.length > found.length;
    const last = (hasMore ? found : ahead).at(-1)?.event.id ?? from;
    const keys = found.flatMap(({ event, key }): [number, string][] => (key === undefined ? [] : [[event.id, key]]));
    const cursor = last === undefined ? null : formatCursor(last, filter, page);
    return { events: found.map(({ event }) => event), cursor, hasMore, idempotencyKeys: new Map(keys) };
  }

  async asset(key: AssetKey) {
    this.#assertOpen();
    return assetsOf(this.#eventsOf(key))[0]?.record();
  }

  async assets(...[filter, page]: Parameters<EventLog["assets"]>) {
    this.#assertOpen();
    const { items, ...rest } = listAssets(
      this.#contents.kept.map(({ event }) => event),
      filter,
      page,
    );
    return { assets: items.map(({ record }) => record), ...rest };
  }

  async partitions(...[key, page]: Parameters<EventLog["partitions"]>) {
    this.#assertOpen();
    const list = { items: partitionsOf(this.#eventsOf(key)), marked: ["partitions", key] };
    const { items, ...rest } = listPage({ ...list, positionOf: ({ partition }) => [partition] }, page);
    return { partitions: items, ...rest };
  }

  async checks(...[key, page]: Parameters<EventLog["checks"]>) {
    this.#assertOpen();
    const list = { items: checksOf(this.#eventsOf(key)), marked: ["checks", key] };
    const positionOf = ({ checkName, partition }: CheckRecord) => [checkName, partition];
    const { items, ...rest } = listPage({ ...list, positionOf }, page);
    return { checks: items, ...rest };
  }

  async id() {
    this.#assertOpen();
    return this.#id;
  }

  watch(listener: () => void) {
    this.#assertOpen();
    return this.#watchers.watch(listener);
  }

  async close() {
    if (this.#isClosed) return this.#changes.close();
    this.#isClosed = true;
    await this.#changes.close();
    this.#watchers.clear();
    await this.#file.close();
  }

  /** Makes the next contents of a group of changes, writes what leads to them, and has them read from then on. */
  async #commit(changes: readonly Change[]) {
    const started = performance.now();
    const next = new Contents(this.#contents.kept, this.#contents.uses);
    const steps: string[] = [];
    const results = changes.map((change): Answer => {
      if ("target" in change) return this.#wipe(change.target, change.by, next, steps);
      return change.units.map((unit) => this.#add(unit, next, steps));
    });
    if (steps.length > 0) await this.#write(`[${steps.join(",")}]`);
    this.#contents = next;
    if (steps.length > 0) this.#watchers.notify();
    return { results, milliseconds: performance.now() - started };
  }

  #add(unit: Unit, next: Contents, steps: string[]): UnitResult {
    const times = this.#times(next);
    const added: Kept[] = [];
    const answers: AppendedEvent[] = [];
    for (const [index, { event: given, idempotencyKey }] of unit.entries()) {
      const event = wellFormedEvent(given);
      const key = idempotencyKey?.toWellFormed();
      const use = key === undefined ? {} : { key, content: fingerprint(event) };
      const scope = scopeOf(event, key);
      const earlier = scope && next.uses.get(scope);
      const first = earlier || (scope && added.find((kept) => scopeOf(kept.event, kept.key) === scope));
      if (first && first.content !== use.content) {
        return { status: "conflict", index, id: earlier ? earlier.event.id : null };
      }
      const id = first ? first.event.id : (next.last?.id ?? 0) + added.length + 1;
      answers.push({ id, duplicate: Boolean(first) });
      if (first) continue;
      const { receivedAt, timestamp } = times;
      added.push({ event: { ...event, id, timestamp: event.timestamp ?? timestamp, receivedAt }, ...use });
    }
    for (const kept of added) {
      const { event, ...use } = kept;
      steps.push(`{"event":${formatEvent(event)},${JSON.stringify(use).slice(1)}`.replace(/,}$/, "}"));
      next.keep(kept);
    }
    return { status: "recorded", events: answers };
  }

  #wipe(target: WipeTarget, by: string | null, next: Contents, steps: string[]): RecordedEvent | undefined {
    const first = next.kept.find(({ event }) => isTarget(target, event))?.event;
    if (first === undefined) return undefined;
    const trace = { ...traceOf(target, first, by), id: (next.last?.id ?? 0) + 1, ...this.#times(next) };
    steps.push(`{"target":${JSON.stringify(target)},"trace":${formatEvent(trace)}}`);
    next.forget(target, trace);
    return trace;
  }

  async #write(line: string): Promise<void> {
    try {
      await this.#file.appendFile(`${line}\n`);
      await this.#file.datasync();
      this.#size += Buffer.byteLength(line) + 1;
    } catch (cause) {
      await this.#file.truncate(this.#size);
      throw new EventLogError("unavailable", `The file can't be written: ${cause}. Nothing was recorded.`, { cause });
    }
  }

  #replay(step: Step): void {
    if ("target" in step) this.#contents.forget(step.target, parseEvent(stringifyJson(step.trace)));
    else this.#contents.keep({ ...step, event: parseEvent(stringifyJson(step.event)) });
  }

  #eventsOf(key: AssetKey): readonly RecordedEvent[] {
    return this.#contents.kept.map(({ event }) => event).filter((event) => matchesFilter({ assetKey: key }, event));
  }

  #times({ last }: Contents) {
    const now = this.#now();
    const receivedAt = receiptTime(now, last?.receivedAt ?? Number.NEGATIVE_INFINITY);
    return { receivedAt, timestamp: defaultTimestamp(now, receivedAt) };
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new EventLogError("closed", "The event log is closed.");
  }
}

/** What an idempotency key is unique within. */
function scopeOf({ type, assetKey }: Pick<RecordedEvent, "type" | "assetKey">, key: string | undefined) {
  return key === undefined ? undefined : JSON.stringify([type, assetKey, key]);
}
