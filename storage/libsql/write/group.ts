import type { AppendedEvent, UnitResult } from "../../event-log.ts";

/** Text, or its UTF-8, which crosses threads without a copy. */
export type Rows = string | ArrayBuffer;

/** Details that rows refer to, by their references: see details-references.ts. */
export type SharedDetails = Readonly<Record<string, Rows>>;

/**
 * How many events each unit has. A number stands for so many units of one event each: it crosses threads for less than
 * a list, which takes a fifth of the time of an import on the main thread.
 */
export type Sizes = readonly number[] | number;

/** Encoded units for the database. Plain data, which may come from another thread. */
export interface EncodedUnits {
  /** The events of all units. One text crosses threads for less than many. */
  readonly rows: Rows;
  readonly events: number;
  readonly sizes: Sizes;
  /** True if an event has an idempotency key. */
  readonly keyed: boolean;
  /** True if an event is a check evaluation. */
  readonly checks: boolean;
  /** The type of each event, as a digit of `kinds`: one character crosses threads for less than a name. */
  readonly kinds: string;
  /**
   * Who reported all of the events, null for nobody. Undefined if each row says it: then one without a reporter has none.
   * Three more fields in each row would take a microsecond of a report.
   */
  readonly reportedBy?: string | null | undefined;
  /** Details that rows refer to: see details-references.ts. */
  readonly shared?: SharedDetails | undefined;
}

const separator = ",\n";

/** Joins rows as in a JSON array. A row of `encodeEvent` has no line break inside. */
export function joinRows(rows: readonly string[]): string {
  return rows.join(separator);
}

export function splitRows(rows: string): readonly string[] {
  return rows === "" ? [] : rows.split(separator);
}

/** The size of rows in characters or bytes, which are nearly always as many. */
export function rowsSize(rows: Rows): number {
  return typeof rows === "string" ? rows.length : rows.byteLength;
}

/** The units as they cross threads: large parts are not copied. */
export function inBuffers<Units extends EncodedUnits>({ rows, shared, ...units }: Units) {
  const ofShared = shared && Object.entries(shared).map(([reference, text]) => [reference, asBuffer(text)] as const);
  return { ...units, rows: asBuffer(rows), shared: ofShared && Object.fromEntries(ofShared) };
}

/** The buffers of what is sent to another thread, to be transferred. */
export function buffersIn(rows: readonly Rows[], shared: SharedDetails = {}): ArrayBuffer[] {
  return [...rows, ...Object.values(shared)].filter((one) => typeof one !== "string");
}

function asBuffer(text: Rows): ArrayBuffer {
  return typeof text === "string" ? bufferOf(new TextEncoder().encode(text)) : text;
}

/** The bytes in a buffer of their own: a view may be part of a larger buffer. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? buffer : new Uint8Array(bytes).buffer;
}

/** Units that are committed in one transaction. */
export interface Group extends Omit<EncodedUnits, "rows" | "events" | "kinds" | "sizes"> {
  readonly rows: string;
  /** How many events each unit has. */
  readonly sizes: readonly number[];
  /** The clock, in milliseconds since 1970 UTC. */
  readonly now: number;
}

/** A group on its way to the database. Texts between buffers are joined, so that few values cross threads. */
export interface SentGroup extends Omit<Group, "rows" | "sizes"> {
  readonly rows: readonly Rows[];
  readonly sizes: Sizes;
}

export function unitCount(sizes: Sizes): number {
  return typeof sizes === "number" ? sizes : sizes.length;
}

function sizeList(sizes: Sizes): readonly number[] {
  return typeof sizes === "number" ? new Array<number>(sizes).fill(1) : sizes;
}

/** The sizes of the units of several parts, one after the other. */
export function joinSizes(all: readonly Sizes[]): Sizes {
  let units = 0;
  for (const sizes of all) {
    if (typeof sizes !== "number") return all.flatMap(sizeList);
    units += sizes;
  }
  return units;
}

/** Joins each run of texts. */
export function joinTexts(rows: readonly Rows[]): readonly Rows[] {
  const joined: Rows[] = [];
  let run: string[] = [];
  const endRun = () => {
    if (run.length > 0) joined.push(joinRows(run));
    run = [];
  };
  for (const one of rows) {
    if (typeof one === "string") {
      if (one !== "") run.push(one);
    } else {
      endRun();
      joined.push(one);
    }
  }
  endRun();
  return joined;
}

/** The group as the writer takes it. */
export function receiveGroup(sent: SentGroup): Group {
  const texts = sent.rows.map((rows) => (typeof rows === "string" ? rows : new TextDecoder().decode(rows)));
  return { ...sent, rows: joinRows(texts), sizes: sizeList(sent.sizes) };
}

/** Either all of a group's events got consecutive ids, or each unit has a result of its own. */
export type GroupResult = { readonly firstId: number } | { readonly units: readonly UnitResult[] };

export type WrittenGroup = GroupResult & {
  /** How long the database took, in milliseconds. */
  readonly milliseconds: number;
};

/**
 * Splits a group's result among the items that it was made of. Call the returned function once for each, in their
 * order.
 */
export function splitResult(result: GroupResult): (item: Pick<EncodedUnits, "events" | "sizes">) => GroupResult {
  let [events, units] = [0, 0];
  return (item) => {
    const [firstEvent, firstUnit] = [events, units];
    events += item.events;
    units += unitCount(item.sizes);
    if ("firstId" in result) return { firstId: result.firstId + firstEvent };
    return { units: result.units.slice(firstUnit, units) };
  };
}

/** The result of each unit, given their sizes. */
export function unitResults(result: GroupResult, sizes: Sizes): readonly UnitResult[] {
  if ("units" in result) return result.units;
  if (sizes === 1) return [{ status: "recorded", events: [{ id: result.firstId, duplicate: false }] }];
  let next = result.firstId;
  return sizeList(sizes).map((size) => {
    const events: AppendedEvent[] = [];
    for (let i = 0; i < size; i++) events.push({ id: next++, duplicate: false });
    return { status: "recorded", events };
  });
}
