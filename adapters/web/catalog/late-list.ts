import type { FreshnessState } from "../../../core/freshness/index.ts";
import type { AssetKey } from "../../../core/index.ts";
import { formatListCursor, parseListCursor } from "../../../storage/cursors/list-cursor.ts";
import type { AssetFilter } from "../../../storage/index.ts";
import type { PageWatching } from "../page/page-watching.ts";
import { neverReported } from "../parts/asset-facts.tsx";
import { addMarks, type Listed } from "./catalog-list.ts";
import { type DefinedFilter, type DefinedSource, isAsked, isFound } from "./defined-list.ts";

const subjectsPerRead = 100;
const mostReads = 20;
/** A page ends after the read with which it has so many rows. */
const enoughRows = 50;

interface LateSource extends DefinedSource {
  readonly watching: PageWatching;
}

interface LateFilter extends DefinedFilter {
  readonly freshness: FreshnessState;
}

/** Reads a page of assets that have this freshness, or partitions that have, by key. */
export async function readLate(
  { log, definitions, watching }: LateSource,
  asked: LateFilter,
  filter: AssetFilter,
  cursor: string | undefined,
): Promise<Listed> {
  const mark = ["late", asked.freshness, filter.prefix];
  let [from = null, last = null] = parseListCursor(cursor, mark) ?? [];
  const rows: Listed["rows"][number][] = [];
  let hasMore = true;
  for (let reads = 0; hasMore && reads < mostReads && rows.length < enoughRows; reads++) {
    const request = { limit: subjectsPerRead, cursor: from ?? undefined };
    const page = await watching.subjects({ prefix: filter.prefix, state: asked.freshness }, request);
    const keys: AssetKey[] = [];
    // The partitions of an asset follow each other, over pages too.
    for (const { assetKey } of page.subjects) {
      const name = JSON.stringify(assetKey);
      if (name !== last) keys.push(assetKey);
      last = name;
    }
    const records = await definitions.definitionsFor(keys);
    const matching = keys.filter((_, i) => records[i] !== undefined && isAsked(records[i].definition, asked));
    const marks = matching.length === 0 ? [] : await log.marksOf(matching);
    const markOf = new Map(marks.map((mark) => [JSON.stringify(mark.assetKey), mark]));
    const found = matching
      .map((key) => markOf.get(JSON.stringify(key)) ?? neverReported(key))
      .filter((mark) => isFound(mark, filter));
    for (const asset of await addMarks(log, found)) rows.push({ asset, from: 0, depth: 0 });
    [from, hasMore] = [page.cursor, page.hasMore];
  }
  return {
    rows,
    total: undefined,
    counted: [],
    isWhole: () => true,
    cursor: hasMore ? formatListCursor([from, last], mark) : null,
    hasMore,
    next: "Further assets",
  };
}
