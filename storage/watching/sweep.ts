import type { AssetKey } from "../../core/index.ts";
import { partsOf } from "../definitions/definition-changes.ts";
import { judgeChecks } from "./follow-log.ts";
import { reconcileAssets, recordsOf, withDefinitions } from "./reconcile-assets.ts";
import { labelsOf, type StepDraft } from "./step-draft.ts";
import type { CheckDecision, Sweep, WatchReads } from "./watch-plan.ts";

/** How many definitions, assets or checks one step of a sweep looks at. */
const perStep = 250;

interface Swept {
  /** Where the sweep goes on; null at its end. */
  readonly sweep: Sweep | null;
  readonly checks: readonly CheckDecision[];
}

/**
 * Takes one step of the walk that follows when definitions changed, or when events were passed over. It first gives
 * defined assets their subjects, then removes subjects without a definition. If events were passed over, it then opens
 * the alerts of failing checks.
 */
export async function sweepOn(reads: WatchReads, draft: StepDraft, sweep: Sweep): Promise<Swept> {
  if (sweep.phase === "definitions") return { sweep: await sweepDefinitions(reads, draft, sweep), checks: [] };
  if (sweep.phase === "subjects") return { sweep: await sweepSubjects(reads, draft, sweep), checks: [] };
  return sweepChecks(reads, draft, sweep);
}

async function sweepDefinitions(reads: WatchReads, draft: StepDraft, sweep: Sweep): Promise<Sweep> {
  if (sweep.below !== null) return sweepBelow(reads, draft, sweep, sweep.below);
  const filter = { changedAfter: sweep.from };
  const cursor = sweep.after ?? undefined;
  const page = await reads.list(filter, { limit: perStep, cursor });
  const first = page.definitions.findIndex(({ definition }) => definition.key === undefined);
  const records = first === -1 ? page.definitions : page.definitions.slice(0, first);
  const assets = records.map((record) => ({ assetKey: partsOf(record.definition), record }));
  // Times are read again, because another policy may count other events.
  await reconcileAssets(reads, draft, assets, { cause: "policy_changed", readsTimes: true, seeds: sweep.seeds });
  if (first === -1) {
    if (page.hasMore) return { ...sweep, after: page.cursor };
    return { ...sweep, phase: "subjects", after: null };
  }
  // The page is read again up to the prefix, for the cursor behind it.
  const { cursor: after } = await reads.list(filter, { limit: first + 1, cursor });
  const prefixed = page.definitions[first]?.definition;
  const below = prefixed?.freshness == null ? null : { prefix: partsOf(prefixed), after: null };
  return { ...sweep, after, below };
}

/** Walks the assets below a prefix that has a policy, except for those with a definition of their own. */
async function sweepBelow(
  reads: WatchReads,
  draft: StepDraft,
  sweep: Sweep,
  { prefix, after }: NonNullable<Sweep["below"]>,
): Promise<Sweep> {
  const page = await reads.assetKeys(prefix, after, perStep);
  const assets = await withDefinitions(reads, page.keys);
  const held = assets.filter(({ record }) => record?.definition.key === undefined);
  await reconcileAssets(reads, draft, held, { cause: "policy_changed", readsTimes: true, seeds: sweep.seeds });
  return { ...sweep, below: page.hasMore ? { prefix, after: page.after } : null };
}

async function sweepSubjects(reads: WatchReads, draft: StepDraft, sweep: Sweep): Promise<Sweep | null> {
  const page = await reads.watchedKeys(sweep.after, perStep);
  const assets = await withDefinitions(reads, page.keys);
  await reconcileAssets(reads, draft, assets, { cause: "policy_changed", readsTimes: sweep.seeds, seeds: sweep.seeds });
  if (page.hasMore) return { ...sweep, after: page.after };
  return sweep.seeds ? { ...sweep, phase: "checks", after: null } : null;
}

async function sweepChecks(reads: WatchReads, draft: StepDraft, sweep: Sweep): Promise<Swept> {
  const page = await reads.failingChecks(sweep.after, perStep);
  const records = await withDefinitions(
    reads,
    page.checks.map(({ assetKey }) => assetKey),
  );
  const recordOf = recordsOf(records);
  const labels = (key: AssetKey) => labelsOf(recordOf(key));
  const checks = await judgeChecks(reads, draft.request.now, page.checks, labels, true);
  return { sweep: page.hasMore ? { ...sweep, after: page.after } : null, checks };
}
