import type { Definition } from "../../../core/definitions/definition.ts";
import type { AssetKey } from "../../../core/index.ts";
import type { AssetFilter, AssetMark } from "../../../storage/index.ts";
import { matchesState } from "../../../storage/scan/asset-list.ts";
import { matchesSearch } from "../../../storage/scan/matches-search.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import type { ScopedDefinitions } from "../../http/definitions/scoped-definitions.ts";
import { neverReported, tagText } from "../parts/asset-facts.tsx";
import { addMarks, type Listed, type Row } from "./catalog-list.ts";

const definitionsPerRead = 100;
const mostReads = 20;
/** A page ends after the read with which it has so many rows. */
const enoughRows = 50;
const statesOfGroup = 1_000;

/** Which definitions are asked for. */
export interface DefinedFilter {
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** A name, or `name:value`. */
  readonly tag?: string | undefined;
  /** Only assets that were never reported. */
  readonly never?: boolean | undefined;
}

export interface DefinedSource {
  readonly log: ScopedEventLog;
  readonly definitions: ScopedDefinitions;
}

/** Reads a page of assets by their definitions, in the order of those. A prefix is one row, with all assets below it. */
export async function readDefined(
  { log, definitions }: DefinedSource,
  asked: DefinedFilter,
  filter: AssetFilter,
  cursor: string | undefined,
): Promise<Listed> {
  const rows: Row[] = [];
  let page = { cursor: cursor ?? null, hasMore: true };
  for (let reads = 0; page.hasMore && reads < mostReads && rows.length < enoughRows; reads++) {
    const request = { limit: definitionsPerRead, cursor: page.cursor ?? undefined };
    const found = await definitions.list({ prefix: filter.prefix }, request);
    const matching = found.definitions.map(({ definition }) => definition).filter((one) => isAsked(one, asked));
    for (const row of await rowsOf(log, matching, asked, filter)) rows.push(row);
    page = found;
  }
  return {
    rows,
    total: undefined,
    counted: [],
    isWhole: ({ assets }) => assets.length < statesOfGroup,
    cursor: page.cursor,
    hasMore: page.hasMore,
    next: "Further assets",
  };
}

/** Whether the definition has what is asked for. */
export function isAsked({ owners, group, tags }: Definition, asked: DefinedFilter): boolean {
  const isTagged = (tag: string) =>
    Object.entries(tags).some(([name, value]) => name === tag || tagText(name, value) === tag);
  return (
    (asked.owner === undefined || owners.includes(asked.owner)) &&
    (asked.group === undefined || group === asked.group) &&
    (asked.tag === undefined || isTagged(asked.tag))
  );
}

async function rowsOf(
  log: ScopedEventLog,
  definitions: readonly Definition[],
  { never }: DefinedFilter,
  filter: AssetFilter,
): Promise<readonly Row[]> {
  const keys = definitions.flatMap(({ key }) => (key === undefined ? [] : [key]));
  const marks = keys.length === 0 ? [] : await log.marksOf(keys);
  const markOf = new Map(marks.map((mark) => [JSON.stringify(mark.assetKey), mark]));
  const shown = keys.filter((key) => {
    const mark = markOf.get(JSON.stringify(key));
    return never === true
      ? mark === undefined && isFound(neverReported(key), filter)
      : isFound(mark ?? neverReported(key), filter);
  });
  const lines = await addMarks(
    log,
    shown.flatMap((key) => markOf.get(JSON.stringify(key)) ?? []),
  );
  const lineOf = new Map(lines.map((line) => [JSON.stringify(line.assetKey), line]));
  const ofKeys = new Map(
    shown.map((key): [string, Row] => {
      const asset = lineOf.get(JSON.stringify(key)) ?? { ...neverReported(key), marks: [] };
      return [JSON.stringify(key), { asset, from: 0, depth: 0 }];
    }),
  );
  const rows: Row[] = [];
  for (const { key, prefix } of definitions) {
    const row =
      key === undefined ? await groupOf(log, prefix, never === true, filter) : ofKeys.get(JSON.stringify(key));
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** All assets below a prefix that have events, as one row. */
async function groupOf(
  log: ScopedEventLog,
  prefix: AssetKey,
  never: boolean,
  filter: AssetFilter,
): Promise<Row | undefined> {
  if (never) return undefined;
  const { assets } = await log.assetStates({ ...filter, prefix }, { limit: statesOfGroup });
  return assets.length === 0 ? undefined : { prefix, from: 0, depth: 0, assets, isOpen: false };
}

/** As the log finds assets; one without events is stale, and has no kind of event and no failing check. */
export function isFound(mark: AssetMark, filter: AssetFilter): boolean {
  const { search } = filter;
  if (search !== undefined && !matchesSearch(mark.assetKey, search)) return false;
  return matchesState({ ...mark, isFailing: mark.checks.failed + mark.checks.warned > 0 }, filter);
}
