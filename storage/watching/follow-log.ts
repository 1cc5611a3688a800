import { sameKey } from "../../core/asset-key.ts";
import { countedEvents } from "../../core/freshness/index.ts";
import type { AssetKey } from "../../core/index.ts";
import type { DefinitionRecord } from "../definitions/definition-store.ts";
import type { AssetFacts } from "../wait-reads.ts";
import { type Reconciling, reconcileAssets, recordsOf, rulesOf } from "./reconcile-assets.ts";
import { distinct, idOf, labelsOf, type StepDraft } from "./step-draft.ts";
import type { AlertLabels, CheckDecision, CheckSubject, LogSlice, Watched, WatchReads } from "./watch-plan.ts";

const day = 24 * 3_600_000;

/** The `tellAt` of an alert of which nobody is notified: the greatest time that a Date can have. */
const never = 8_640_000_000_000_000;

/** Judges the subjects that have new events, or whose events were wiped. */
export async function followEvents(
  reads: WatchReads,
  draft: StepDraft,
  { counted, wiped }: LogSlice,
  watched: readonly Watched[],
): Promise<void> {
  if (watched.length === 0) return;
  const wipes = new Map(wiped.map(({ assetKey, isWhole }) => [JSON.stringify(assetKey), isWhole]));
  for (const { assetKey, isWhole } of wiped) if (isWhole) wipes.set(JSON.stringify(assetKey), true);
  const names = counted.flatMap(({ assetKey, partition }) => [
    { assetKey, partition },
    { assetKey, partition: null },
  ]);
  draft.note(await reads.rows(names));
  const anew: Reconciling[] = [];
  const changed: Reconciling[] = [];
  for (const { assetKey, record } of watched) {
    const wipe = wipes.get(JSON.stringify(assetKey));
    if (wipe !== undefined) changed.push({ assetKey, record, isWiped: wipe });
    else if (needsSubjects(draft, { assetKey, record }, counted)) anew.push({ assetKey, record });
  }
  await reconcileAssets(reads, draft, changed, { cause: "wiped", readsTimes: true });
  await reconcileAssets(reads, draft, anew, { cause: "reported", readsTimes: false });
  const recordOf = recordsOf(watched);
  for (const event of counted) judgeReported(draft, event, recordOf(event.assetKey));
}

/** True if the policy has no subject for the asset yet. */
function needsSubjects(draft: StepDraft, { assetKey, record }: Watched, counted: LogSlice["counted"]): boolean {
  const { freshness = null, partitions = null } = record?.definition ?? {};
  if (freshness === null) return false;
  if (partitions?.type !== "static") return draft.row({ assetKey, partition: null }) === undefined;
  return counted.some(
    ({ assetKey: key, partition }) =>
      sameKey(key, assetKey) &&
      partition !== null &&
      partitions.keys.includes(partition) &&
      draft.row({ assetKey, partition }) === undefined,
  );
}

function judgeReported(
  draft: StepDraft,
  { assetKey, partition: reported, type, at }: LogSlice["counted"][number],
  record: DefinitionRecord | undefined,
): void {
  const partition = (record?.definition.partitions ?? null) === null ? null : reported;
  const row = draft.row({ assetKey, partition });
  if (row === undefined || row.state === null || (row.lastAt !== null && row.lastAt >= at)) return;
  const rules = rulesOf(record, partition);
  if (rules === undefined || !countedEvents(rules.policy, rules.partition).includes(type)) return;
  const { definedAt } = row;
  draft.judge({ assetKey, partition, rules, labels: labelsOf(record), cause: "reported", lastAt: at, definedAt });
}

/** A check to look at. `event` is its newest evaluation, where that is known. */
export interface TouchedCheck extends CheckSubject {
  readonly event?: { readonly id: number; readonly at: number; readonly late: number } | undefined;
}

/** Opens, changes and resolves alerts of checks, by their latest evaluations. */
export async function judgeChecks(
  reads: WatchReads,
  now: number,
  touched: readonly TouchedCheck[],
  labels: (key: AssetKey) => AlertLabels,
  isSilent: boolean,
): Promise<readonly CheckDecision[]> {
  if (touched.length === 0) return [];
  const checks = [...new Map(touched.map((check) => [checkId(check), check])).values()];
  const keys = distinct(checks.map(({ assetKey }) => assetKey));
  const firing = new Map((await reads.firingChecks(keys)).map((check) => [checkId(check), check.severity]));
  const facts = await latestOf(reads, checks);
  return checks.flatMap((check): CheckDecision[] => {
    const { assetKey, partition, checkName, event } = check;
    const severity = firing.get(checkId(check));
    const latest = facts
      .get(idOf(check))
      ?.evaluations.find((one) => one.checkName === checkName && one.partition === partition);
    const name = { assetKey, partition, checkName, eventId: latest?.id ?? null };
    if (latest === undefined || latest.passed) {
      const reason = latest === undefined ? "wiped" : "check_passed";
      return severity === undefined ? [] : [{ ...name, alert: { to: "resolve", reason } }];
    }
    if (severity === latest.severity) return [];
    const isOld = isSilent || (event?.late ?? 0) > day;
    const to = severity === undefined ? "open" : "update";
    const since = event?.at ?? now;
    const tellAt = isOld ? never : null;
    const ofCheck = { severity: latest.severity, reason: "check_failed", labels: labels(assetKey) } as const;
    return [{ ...name, alert: { to, since, tellAt, ...ofCheck } }];
  });
}

/** What the log knows of the checks, by the id of asset and partition. */
async function latestOf(reads: WatchReads, checks: readonly CheckSubject[]): Promise<ReadonlyMap<string, AssetFacts>> {
  const names = new Map<string, { readonly name: CheckSubject; readonly checks: string[] }>();
  for (const name of checks) {
    const ask = names.get(idOf(name));
    if (ask === undefined) names.set(idOf(name), { name, checks: [name.checkName] });
    else ask.checks.push(name.checkName);
  }
  const asks = [...names.values()];
  const facts = await reads.waitFacts(
    asks.map(({ name, checks }) => ({ assetKey: name.assetKey, partition: name.partition ?? undefined, checks })),
  );
  return new Map(asks.flatMap(({ name }, i) => (facts[i] === undefined ? [] : [[idOf(name), facts[i]]])));
}

function checkId({ assetKey, partition, checkName }: CheckSubject): string {
  return JSON.stringify([assetKey, partition, checkName]);
}
