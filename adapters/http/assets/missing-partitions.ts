import { compareCodePoints } from "../../../core/asset-key.ts";
import { evaluateFreshness } from "../../../core/freshness/evaluate-freshness.ts";
import {
  expectedWindows,
  type PartitionWindow,
  partitionWindow,
  staticPartitions,
} from "../../../core/freshness/expected-partitions.ts";
import { deadlineOf } from "../../../core/freshness/judge-subject.ts";
import { evaluatePartition } from "../../../core/freshness/partition-freshness.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { type DefinitionRecord, formatListCursor, parseListCursor } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import { HttpError } from "../http-error.ts";

/** An expected partition that was never materialized. */
export interface MissingPartition extends PartitionWindow {
  /** From when on it is late, by the freshness policy, else by the end of its window. Null where neither says so. */
  readonly dueAt: number | null;
}

interface MissingPage {
  readonly missing: readonly MissingPartition[];
  /** Where the next page starts. */
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

interface MissingRequest {
  readonly now: number;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Of the start of windows, inclusive. */
  readonly since?: number | undefined;
  /** Likewise, exclusive. */
  readonly until?: number | undefined;
}

/** How many expected partitions one page compares with what is there. */
const comparedPerPage = 5_000;
const marksAtOnce = 1_000;
/** How many partitions of the asset a page looks through for those. */
const mostMarks = 200_000;

/** The definition with its partitions. Throws HttpError 404 where none says which partitions there should be. */
export function expecting(key: AssetKey, record: DefinitionRecord | undefined) {
  const { definition, definedAt = null } = record ?? {};
  const partitions = definition?.partitions ?? null;
  if (definition !== undefined && partitions !== null) return { ...definition, partitions, definedAt };
  throw new HttpError(
    404,
    `No definition says which partitions ${formatAssetKey(key)} should have. runless define gives it one.`,
  );
}

type Expecting = ReturnType<typeof expecting>;

/** Those of the partitions that the definition does not know. */
export function unexpectedOf({ partitions }: Expecting, names: readonly string[]): readonly string[] {
  if (partitions.type !== "static") return names.filter((name) => partitionWindow(partitions, name) === undefined);
  const expected = new Set(partitions.keys);
  return names.filter((name) => !expected.has(name));
}

/** The expected partitions that were never materialized, in the order of their windows or keys. A page may be short. */
export async function missingPartitions(
  log: ScopedEventLog,
  key: AssetKey,
  definition: Expecting,
  request: MissingRequest,
): Promise<MissingPage> {
  const { limit } = request;
  const marked = ["missing partitions", key, request.since, request.until];
  const [given] = parseListCursor(request.cursor, marked) ?? [];
  let position = given == null ? undefined : Number(given);
  const compared = take(windowsAfter(definition, position, request), comparedPerPage);
  const there = await materialized(log, key, new Set(compared.map(([, { partition }]) => partition)));
  const missing: MissingPartition[] = [];
  let end = 0;
  for (const [at, window] of compared) {
    if (missing.length === limit) break;
    if (!there.has(window.partition)) missing.push({ ...window, dueAt: dueAt(definition, window, request.now) });
    position = at;
    end++;
  }
  const cursor = position === undefined ? null : formatListCursor([String(position)], marked);
  return { missing, cursor, hasMore: end < compared.length || compared.length === comparedPerPage };
}

/** Expected partitions with their positions: the start of the window, or the index of the key. */
function* windowsAfter(
  { partitions }: Expecting,
  position: number | undefined,
  { now, since, until }: MissingRequest,
): Generator<readonly [position: number, window: PartitionWindow]> {
  if (partitions.type === "static") {
    const from = position === undefined ? 0 : position + 1;
    for (const [i, window] of staticPartitions(partitions).slice(from).entries()) yield [from + i, window];
    return;
  }
  const from = position === undefined ? (since ?? null) : position + 1;
  for (const window of expectedWindows(partitions, { from, until: until ?? null, now })) yield [window.start, window];
}

function take<Item>(items: Iterator<Item>, count: number): Item[] {
  const taken: Item[] = [];
  while (taken.length < count) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** Those of the names that are partitions of the asset. A list is in the order of names, so it is read up to the last. */
async function materialized(
  log: ScopedEventLog,
  key: AssetKey,
  names: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const last = [...names].reduce((one, other) => (compareCodePoints(one, other) < 0 ? other : one), "");
  const found = new Set<string>();
  let examined = 0;
  let cursor: string | undefined;
  for (;;) {
    const page = await log.partitionMarks(key, { limit: marksAtOnce, cursor });
    for (const { partition } of page.partitions) if (names.has(partition)) found.add(partition);
    const end = page.partitions.at(-1)?.partition;
    const isPast = end !== undefined && compareCodePoints(end, last) >= 0;
    if (isPast || found.size === names.size || !page.hasMore) return found;
    examined += page.partitions.length;
    if (examined > mostMarks) throw tooMany(key);
    cursor = page.cursor ?? undefined;
  }
}

function tooMany(key: AssetKey): HttpError {
  return new HttpError(
    400,
    `${formatAssetKey(key)} has more than ${mostMarks} partitions, too many to be compared with those of its definition.`,
  );
}

function dueAt({ freshness, definedAt }: Expecting, window: PartitionWindow, now: number): number | null {
  if (freshness === null) return window.end;
  const facts = { lastAt: null, definedAt, now };
  if (window.end !== null) return evaluatePartition(freshness, window, facts).dueAt;
  return deadlineOf({ policy: freshness, partition: window }, facts, evaluateFreshness(freshness, facts));
}
