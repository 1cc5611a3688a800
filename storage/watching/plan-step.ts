import { isBad } from "../../core/events/freshness-change.ts";
import type { AssetKey } from "../../core/index.ts";
import { followEvents, judgeChecks, type TouchedCheck } from "./follow-log.ts";
import { reconcileAssets, recordsOf, rulesOf, withDefinitions } from "./reconcile-assets.ts";
import { distinct, labelsOf, StepDraft } from "./step-draft.ts";
import { sweepOn } from "./sweep.ts";
import type {
  CheckDecision,
  LogSlice,
  Sweep,
  Watched,
  WatchedRow,
  WatchHead,
  WatchPlan,
  WatchReads,
} from "./watch-plan.ts";
import type { WatchRequest } from "./watch-store.ts";

/** How many events, and how many subjects that are due, one step reads. */
const eventsPerStep = 250;
const duePerStep = 500;
/** Where no asset has a policy, only evaluations and wipes matter. */
const eventsWithoutSubjects = 2000;
/** How many times a step reads on while the events decide nothing. */
const mostSlices = 20;

/** If the cursor is further behind, the log is not followed event by event: states are read from its summaries. */
const mostBehind = 100_000;

/**
 * Reads and judges what one step of a WatchStore writes. Undefined if another server holds the lease.
 *
 * The store writes the plan in one transaction, and only if the fence is still that of the holder. So each change is
 * recorded once, even if two servers plan the same one.
 *
 * @example
 * const { log, definitions } = await openStores({ url: ":memory:" });
 * await log.append([[{ event: checkEvaluation("orders", { checkName: "no_nulls", passed: false }) }]]);
 * const watcher = { holder: "me", fence: 1, beat: 1, progress: undefined };
 * const reads = createMemoryWatchReads({ log, definitions, watcher, rows: [], firing: [] });
 * const times = { now: Date.now(), clock: Date.now(), settleUntil: null };
 * const plan = await planStep(reads, { fence: 1, ...times, cursor: undefined, notesProgress: false });
 * console.log(plan?.checks.map(({ checkName, alert }) => `${checkName}: ${alert.to}`)); // [ 'no_nulls: open' ]
 */
export async function planStep(reads: WatchReads, request: WatchRequest): Promise<WatchPlan | undefined> {
  const head = await reads.head();
  if (head.fence !== request.fence) return undefined;
  const { cursor, sweep } = startOf(head, request);
  const draft = new StepDraft(request, cursor);
  const { hasMore, checks } = await followOn(reads, draft, head);
  const due = await judgeDue(reads, draft);
  const swept = sweep === null ? null : await sweepOn(reads, draft, sweep);
  const left = swept?.sweep ?? null;
  return {
    fence: request.fence,
    beat: head.beat,
    at: request.now,
    clock: request.clock,
    subjects: draft.decisions,
    checks: [...checks, ...(swept?.checks ?? [])],
    progress: {
      cursor: draft.upTo,
      evaluatedUntil: request.now,
      settleUntil: request.settleUntil,
      revision: left === null ? (sweep?.to ?? head.revision) : head.revision,
      sweep: left,
    },
    isSweeping: sweep !== null,
    hasMore: hasMore || due === duePerStep || left !== null || draft.isUnfinished,
    behind: Math.max(0, head.newestId - draft.upTo),
  };
}

/** Follows the log up to the first events that decide something. Most events are of assets that are not watched. */
async function followOn(
  reads: WatchReads,
  draft: StepDraft,
  head: WatchHead,
): Promise<{ readonly hasMore: boolean; readonly checks: readonly CheckDecision[] }> {
  const limit = head.hasSubjects ? eventsPerStep : eventsWithoutSubjects;
  for (let slices = 1; ; slices++) {
    const slice = await reads.slice(draft.upTo, limit);
    draft.upTo = slice.upTo;
    const touched = await watchedIn(reads, head, slice);
    await followEvents(reads, draft, slice, touched);
    const checks = await followChecks(reads, draft.request.now, slice, touched);
    const isDecided = checks.length > 0 || draft.decisions.length > 0;
    if (isDecided || !slice.hasMore || slices === mostSlices) return { hasMore: slice.hasMore, checks };
  }
}

/** The cursor from which the log is followed, and the sweep that goes on or begins. */
function startOf(head: WatchHead, request: WatchRequest): { readonly cursor: number; readonly sweep: Sweep | null } {
  const known = Math.max(request.cursor ?? 0, head.cursor ?? 0);
  const isSeeded = request.cursor !== undefined || head.cursor !== null;
  const to = head.definitionRevision;
  const start = { phase: "definitions", to, after: null, below: null } as const;
  if (!isSeeded || head.newestId - known > mostBehind) {
    return { cursor: head.newestId, sweep: { ...start, from: 0, seeds: true } };
  }
  const { sweep } = head;
  if (sweep === null && to !== head.revision) {
    return { cursor: known, sweep: { ...start, from: head.revision, seeds: false } };
  }
  if (sweep === null || sweep.to === to) return { cursor: known, sweep };
  return { cursor: known, sweep: { ...start, from: sweep.from, seeds: sweep.seeds } };
}

/** The assets of these events, with their definitions. Events that can decide nothing are left out. */
async function watchedIn(reads: WatchReads, head: WatchHead, slice: LogSlice): Promise<readonly Watched[]> {
  const { counted, evaluated, wiped } = slice;
  const keys = [...(head.hasSubjects ? counted : []), ...evaluated, ...wiped].map(({ assetKey }) => assetKey);
  return withDefinitions(reads, distinct(keys));
}

async function followChecks(
  reads: WatchReads,
  now: number,
  { evaluated, wiped }: LogSlice,
  watched: readonly Watched[],
): Promise<readonly CheckDecision[]> {
  const ofWiped = wiped.length === 0 ? [] : await reads.firingChecks(distinct(wiped.map(({ assetKey }) => assetKey)));
  const touched: readonly TouchedCheck[] = [
    ...ofWiped,
    ...evaluated.map(({ assetKey, partition, checkName, ...event }) => ({ assetKey, partition, checkName, event })),
  ];
  const recordOf = recordsOf(watched);
  return judgeChecks(reads, now, touched, (key) => labelsOf(recordOf(key)), false);
}

/** Judges what is due. Returns how many rows there were. */
async function judgeDue(reads: WatchReads, draft: StepDraft): Promise<number> {
  const rows = await reads.due(draft.request.now, duePerStep);
  const { now, clock } = draft.request;
  // Time makes a bad state worse after it began. An earlier time was set by an event, while the clock was set back.
  const isOfEvent = ({ state, since, nextAt }: WatchedRow) =>
    state === "FAIL" || (isBad(state) && nextAt !== null && nextAt < since);
  // What this step has judged already may have another time, or be as the wipe of its asset left it.
  const isAsStored = (row: WatchedRow) => {
    const current = draft.row(row);
    return current === undefined || (current.nextAt === row.nextAt && current.state === row.state);
  };
  const left = rows.filter((row) => isAsStored(row) && !(isOfEvent(row) && clock < now));
  draft.note(left);
  const recordOf = recordsOf(await withDefinitions(reads, distinct(left.map(({ assetKey }) => assetKey))));
  const anew: AssetKey[] = [];
  for (const row of left) {
    const { assetKey, partition, lastAt, definedAt } = row;
    const record = recordOf(assetKey);
    const rules = row.state === null ? undefined : rulesOf(record, partition);
    if (rules === undefined) {
      anew.push(assetKey);
      continue;
    }
    const cause = isOfEvent(row) ? "reported" : "time";
    draft.judge({ assetKey, partition, rules, labels: labelsOf(record), cause, lastAt, definedAt });
  }
  const reconciled = distinct(anew).map((assetKey) => ({ assetKey, record: recordOf(assetKey) }));
  await reconcileAssets(reads, draft, reconciled, { cause: "time", readsTimes: false });
  return rows.length;
}
