import { compareCodePoints } from "../../../core/asset-key.ts";
import { type AssetKey, compareAssetKeys, parseAssetKey } from "../../../core/index.ts";
import { formatListCursor, parseListCursor } from "../../../storage/cursors/list-cursor.ts";
import { EventLogError, type FailingCheck } from "../../../storage/index.ts";
import { keysPerPage } from "../../../storage/scan/matches-search.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import type { StateCounts } from "../parts/state.tsx";

/** So many failing checks are sorted together. Further ones follow after the last of these. */
const mostSorted = 5000;
const assetsPerCall = 100;
/** The checks of an asset with more failing ones are read by themselves. */
const fewFailing = 100;

export interface ListedCheck extends FailingCheck {
  readonly assetKey: AssetKey;
}

/** Failing checks with each of their partitions: errors before warnings, each by asset, name and partition. */
export interface FailingList {
  readonly checks: readonly ListedCheck[];
  /** The counts of all checks that were sorted together, on all their pages. */
  readonly counts: StateCounts;
  /** How many of them are on earlier pages. */
  readonly before: number;
  /** Whether the counted checks start with the first, and whether more follow them. */
  readonly isFirst: boolean;
  readonly isMore: boolean;
  /** The last check of an asset that has more failing checks than are sorted. */
  readonly cutAsset: ListedCheck | undefined;
  readonly hasMore: boolean;
  /** The cursor of the page after the last check that was shown. */
  cursorAfter(shown: ListedCheck | undefined): string | null;
}

/** Reads a page of at most `most` checks. Rejects with EventLogError `bad_cursor`. */
export async function readFailingList(
  log: ScopedEventLog,
  prefix: AssetKey | undefined,
  cursor: string | undefined,
  most: number,
): Promise<FailingList> {
  const marked = ["failing checks by state", prefix];
  const [start = null, ...position] = parseListCursor(cursor, marked) ?? [];
  const from = position.length === 0 ? undefined : readPosition(position, cursor);
  const sorted = await readSorted(log, prefix, start ?? undefined);
  const { checks } = sorted;
  const found = from === undefined ? 0 : checks.findIndex((check) => compare(check, from) > 0);
  const before = found === -1 ? checks.length : found;
  const page = checks.slice(before, before + most);
  const warned = checks.filter(isWarning).length;
  return {
    checks: page,
    counts: { failed: checks.length - warned, warned, passed: 0 },
    before,
    isFirst: start === null,
    isMore: sorted.hasMore || sorted.cutAsset !== undefined,
    cutAsset: sorted.cutAsset,
    hasMore: before + page.length < checks.length || sorted.hasMore,
    cursorAfter: (shown) => {
      if (shown === undefined || shown === checks.at(-1)) {
        return sorted.cursor === null ? null : formatListCursor([sorted.cursor], marked);
      }
      const { severity, assetKey, checkName, partition } = shown;
      return formatListCursor([start, severity, JSON.stringify(assetKey), checkName, partition], marked);
    },
  };
}

export function isWarning({ severity }: Pick<FailingCheck, "severity">): boolean {
  return severity === "WARN";
}

type Position = Pick<ListedCheck, "severity" | "assetKey" | "checkName" | "partition">;

function readPosition(parts: readonly (string | null)[], cursor: string | undefined): Position {
  const [severity, key = null, checkName = null, partition = null] = parts;
  const assetKey = key === null ? undefined : parseAssetKey(key);
  const isSeverity = severity === "WARN" || severity === "ERROR";
  if (parts.length !== 4 || !isSeverity || assetKey === undefined || checkName === null) {
    throw new EventLogError("bad_cursor", `The cursor is not one that a page gave: ${JSON.stringify(cursor)}.`);
  }
  return { severity, assetKey, checkName, partition };
}

function compare(a: Position, b: Position): number {
  return (
    Number(isWarning(a)) - Number(isWarning(b)) ||
    compareAssetKeys(a.assetKey, b.assetKey) ||
    compareCodePoints(a.checkName, b.checkName) ||
    Number(a.partition !== null) - Number(b.partition !== null) ||
    compareCodePoints(a.partition ?? "", b.partition ?? "")
  );
}

interface Sorted {
  readonly checks: readonly ListedCheck[];
  readonly cutAsset: ListedCheck | undefined;
  /** The cursor of the assets after them. */
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** The sorted failing checks of the assets from `start` on: of one asset at least, and of more up to `mostSorted` checks. */
async function readSorted(
  log: ScopedEventLog,
  prefix: AssetKey | undefined,
  start: string | undefined,
): Promise<Sorted> {
  const filter = { failing: true, prefix };
  const states = await log.assetStates(filter, { limit: keysPerPage, cursor: start });
  const keys = states.assets.map(({ assetKey }) => assetKey);
  const checks: ListedCheck[] = [];
  let cutAsset: ListedCheck | undefined;
  let assets = 0;
  for (let isFull = false; assets < keys.length && !isFull; ) {
    const asked = keys.slice(assets, assets + assetsPerCall);
    for (const [i, first] of (await log.failingChecks(asked, fewFailing + 1)).entries()) {
      const assetKey = asked[i] ?? [];
      const found = first.length > fewFailing ? await readAll(log, assetKey) : first;
      isFull = checks.length > 0 && checks.length + found.length > mostSorted;
      if (isFull) break;
      for (const check of found.slice(0, mostSorted)) checks.push({ ...check, assetKey });
      if (found.length > mostSorted) cutAsset = checks.at(-1);
      assets++;
    }
  }
  checks.sort(compare);
  const { cursor, hasMore } =
    assets === keys.length ? states : await log.assetStates(filter, { limit: assets, cursor: start });
  return { checks, cutAsset, cursor, hasMore };
}

async function readAll(log: ScopedEventLog, assetKey: AssetKey): Promise<readonly FailingCheck[]> {
  const [found = []] = await log.failingChecks([assetKey], mostSorted + 1);
  return found;
}
