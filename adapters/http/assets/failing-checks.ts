import { type AssetKey, compareAssetKeys, parseAssetKey } from "../../../core/index.ts";
import { formatListCursor, parseListCursor } from "../../../storage/cursors/list-cursor.ts";
import { type CheckRecord, EventLogError } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";

interface FailingRequest {
  /** Only this asset; undefined for all assets. */
  readonly assetKey: AssetKey | undefined;
  readonly prefix: AssetKey | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface FailingPage {
  readonly checks: readonly CheckRecord[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** Where a page ended: in the list of assets, and in the checks of one asset. */
interface Position {
  readonly assets: string | undefined;
  readonly at: AssetKey | undefined;
  /** Undefined if the page ended with the last check of that asset. */
  readonly checks: string | undefined;
}

const assetsPerPage = 50;
/** After so many calls, or so many checks, a page answers what it has found. */
const mostCalls = 50;
const mostExamined = 500;

/**
 * The checks whose latest evaluation failed, by asset, then in the order of `EventLog.checks`. A page examines a bounded
 * number of assets and checks, so it may be short, even empty, while `hasMore` is true.
 */
export async function readFailingChecks(log: ScopedEventLog, request: FailingRequest): Promise<FailingPage> {
  const { assetKey, prefix, limit } = request;
  const from = readPosition(request);
  const found: CheckRecord[] = [];
  let [calls, examined] = [0, 0];
  const list =
    assetKey === undefined
      ? await log.assetMarks({ failing: true, prefix }, { limit: assetsPerPage, cursor: from?.assets })
      : { assets: [{ assetKey }], cursor: null, hasMore: false };
  const answer = (position: Position): FailingPage => {
    return { checks: found, cursor: writePosition(position, request), hasMore: true };
  };
  for (const { assetKey: at } of list.assets) {
    const order = from?.at === undefined ? 1 : compareAssetKeys(at, from.at);
    if (order < 0 || (order === 0 && from?.checks === undefined)) continue;
    let checks = order === 0 ? from?.checks : undefined;
    for (let isDone = false; !isDone; ) {
      const page = await log.checks(at, { limit: limit - found.length, cursor: checks });
      for (const check of page.checks) if (!check.latestEvaluation.passed) found.push(check);
      isDone = !page.hasMore || page.cursor === null;
      checks = isDone ? undefined : (page.cursor ?? undefined);
      calls++;
      examined += page.checks.length;
      const isFull = found.length >= limit || calls >= mostCalls || examined >= mostExamined;
      if (isFull) return answer({ assets: from?.assets, at, checks });
    }
  }
  if (!list.hasMore || list.cursor === null) return { checks: found, cursor: null, hasMore: false };
  return answer({ assets: list.cursor, at: undefined, checks: undefined });
}

function writePosition({ assets, at, checks }: Position, request: FailingRequest): string {
  const key = at === undefined ? null : JSON.stringify(at);
  return formatListCursor([assets ?? null, key, checks ?? null], mark(request));
}

function readPosition(request: FailingRequest): Position | undefined {
  const position = parseListCursor(request.cursor, mark(request));
  if (position === undefined) return undefined;
  const [assets, key, checks] = position;
  const at = key == null ? undefined : parseAssetKey(key);
  if (position.length !== 3 || (key !== null && at === undefined)) {
    throw new EventLogError("bad_cursor", `The cursor is not one that a page gave: ${request.cursor}.`);
  }
  return { assets: assets ?? undefined, at, checks: checks ?? undefined };
}

function mark({ assetKey, prefix }: FailingRequest) {
  return ["failing checks", assetKey ?? null, prefix ?? null];
}
