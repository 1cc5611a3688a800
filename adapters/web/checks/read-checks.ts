import { detailsLength } from "../../../core/events/details-start.ts";
import type { AssetCheckEvaluation, AssetKey, RecordedEvent } from "../../../core/index.ts";
import type { EventMark } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { stripLength } from "../parts/strip.tsx";
import { isWarning } from "./failing-list.ts";

export type Evaluation = RecordedEvent & AssetCheckEvaluation;

/** How many checks of an asset are shown first, the failing ones before the others. A list by name has the rest. */
const mostFirst = 60;
/** Of so many failing checks, errors are shown before warnings. */
const mostSorted = 1000;
export const checksPerPage = 100;
/** The value of `page` for the first page of all checks by name. Cursors are the values for the others. */
export const everyCheck = "all";

export interface CheckWithHistory {
  readonly latest: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
}

/** Checks of an asset, with each of their partitions. */
export interface CheckList {
  readonly checks: readonly CheckWithHistory[];
  /** `first`: the failing ones and some others; `named`: a page of all by name; `all`: all of them. */
  readonly part: "all" | "first" | "named";
  /** The cursor of the next page by name. */
  readonly cursor: string | null;
}

/** Reads checks of an asset with their last evaluations: the failing ones first, or the page by name that is asked for. */
export async function readChecks(
  log: ScopedEventLog,
  assetKey: AssetKey,
  page: string | undefined,
): Promise<CheckList> {
  if (page !== undefined) {
    const request = { limit: checksPerPage, cursor: page === everyCheck ? undefined : page };
    const { checks, cursor, hasMore } = await log.checks(assetKey, request);
    const named = checks.map(({ latestEvaluation }) => latestEvaluation);
    return { checks: await addHistories(log, named), part: "named", cursor: hasMore ? cursor : null };
  }
  const [{ checks, hasMore }, [failing = []]] = await Promise.all([
    log.checks(assetKey, { limit: mostFirst }),
    log.failingChecks([assetKey], mostSorted),
  ]);
  const errorsFirst = [...failing.filter((check) => !isWarning(check)), ...failing.filter(isWarning)];
  const failed = await readEvaluations(
    log,
    errorsFirst.slice(0, mostFirst).map(({ id }) => id),
  );
  const passed = checks.map(({ latestEvaluation }) => latestEvaluation).filter(({ passed }) => passed);
  const shown = [...failed, ...passed].slice(0, mostFirst);
  const isAll = !hasMore && shown.length === checks.length;
  return { checks: await addHistories(log, shown), part: isAll ? "all" : "first", cursor: null };
}

async function addHistories(log: ScopedEventLog, shown: readonly Evaluation[]): Promise<readonly CheckWithHistory[]> {
  const histories = await log.checkHistories(shown, stripLength);
  return shown.map((latest, i) => ({ latest, history: histories[i]?.evaluations ?? [] }));
}

const mostCharacters = 2_000_000;
const mostAtOnce = 16;

/**
 * Reads the evaluations with these ids, in their order. It leaves out those that were wiped meanwhile, and ends when
 * their texts together are too large.
 */
export async function readEvaluations(log: ScopedEventLog, ids: readonly number[]): Promise<readonly Evaluation[]> {
  const found: Evaluation[] = [];
  let characters = 0;
  // Each may be as large as a body. The size of the first ones tells how many may be read at once.
  for (let at = 0, count = 4; at < ids.length && characters < mostCharacters; at += count) {
    if (at > 0 && characters < mostCharacters / 4) count = mostAtOnce;
    const events = await Promise.all(ids.slice(at, at + count).map((id) => log.get(id)));
    for (const event of events) {
      if (!isEvaluation(event)) continue;
      found.push(event);
      characters += detailsLength(event);
    }
  }
  return found;
}

/** False for an event that was wiped between two reads. */
function isEvaluation(event: RecordedEvent | undefined): event is Evaluation {
  return event?.type === "ASSET_CHECK_EVALUATION";
}
