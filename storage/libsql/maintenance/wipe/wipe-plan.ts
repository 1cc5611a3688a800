import { kinds } from "../../write/event-row.ts";
import { isOfAsset, type ReducedSummary, summariesOf } from "../../write/summaries.ts";
import { type ExaminedEvent, isLater } from "./examined-event.ts";

/**
 * What a wipe is to change. It is looked up before the transaction: on an asset of many events that takes long, and
 * every report waits for a transaction.
 */
export type WipePlan = AssetPlan | EventsPlan;

interface Planned {
  readonly assetId: number;
  /** Encoded. */
  readonly assetKey: string;
  /** Later events are examined by the transaction. */
  readonly upToId: number;
}

export interface AssetPlan extends Planned {
  readonly what: "asset";
  /** The ids of the traces of earlier wipes, which stay. */
  readonly traces: readonly number[];
  /** Whether it has changes of freshness. They go with it, also where nothing was reported. */
  readonly hasChanges: boolean;
}

export interface EventsPlan extends Planned {
  readonly what: "partition" | "event";
  /** Null for a partition. */
  readonly eventId: number | null;
  /** Encoded; null for none. The plan for one event has the event's partition. */
  readonly partition: string | null;
  /** How many events of each kind the asset has up to `upToId`. The index is the kind's number. */
  readonly counts: readonly number[];
  /** Each summary that an event to be wiped belongs to, by its key as JSON. */
  readonly summaries: ReadonlyMap<string, ReducedSummary>;
}

/**
 * The plan with the asset's next events. Undefined if one to be wiped belongs to a summary that the plan lacks: the
 * latest event that stays of that one has not been looked up.
 */
export function extendPlan(plan: EventsPlan, events: readonly ExaminedEvent[]): EventsPlan | undefined {
  if (events.length === 0) return plan;
  const summaries = new Map(plan.summaries);
  const counts = [...plan.counts];
  let { upToId } = plan;
  for (const event of events) {
    upToId = Math.max(upToId, event.id);
    counts[event.kind] = (counts[event.kind] ?? 0) + 1;
    const isWiped = plan.eventId === null ? event.partition === plan.partition : event.id === plan.eventId;
    for (const key of summariesOf(event)) {
      const name = JSON.stringify(key);
      const summary = summaries.get(name);
      if (summary === undefined && isWiped) return undefined;
      if (summary === undefined) continue;
      const { lost, latest } = summary;
      if (isWiped) summaries.set(name, { key, lost: lost + 1, latest });
      else if (latest === null || isLater(event, latest)) {
        summaries.set(name, { key, lost, latest: { id: event.id, timestamp: event.timestamp } });
      }
    }
  }
  return { ...plan, upToId, counts, summaries };
}

/** The plan as one text: it crosses threads, where many objects cost a hundred times as much. */
export function formatPlan(plan: WipePlan): string {
  return JSON.stringify(plan.what === "asset" ? plan : { ...plan, summaries: [...plan.summaries.values()] });
}

export function parsePlan(text: string): WipePlan {
  const plan = JSON.parse(text) as AssetPlan | FormattedPlan; // as formatPlan wrote it
  if (plan.what === "asset") return plan;
  return { ...plan, summaries: new Map(plan.summaries.map((summary) => [JSON.stringify(summary.key), summary])) };
}

type FormattedPlan = Omit<EventsPlan, "summaries"> & { readonly summaries: readonly ReducedSummary[] };

/**
 * The summaries that `counts` are read from. Later they say the same, plus what was reported since, only if none of the
 * examined events is gone: counts go down only if an event goes, and new events have greater ids.
 */
export function selectCounts(assetId: string): string {
  return countedKinds.map((kind) => `ifnull((${eventsOf(assetId, kind)}), 0) AS events_${kind}`).join(", ");
}

export function countsOf(row: Readonly<Record<string, unknown>>): readonly number[] {
  return [0, ...countedKinds.map((kind) => Number(row[`events_${kind}`]))];
}

const countedKinds = [kinds.ASSET_MATERIALIZATION, kinds.ASSET_OBSERVATION, kinds.ASSET_CHECK_EVALUATION];
const eventsOf = (assetId: string, kind: number) => `SELECT events FROM summary WHERE ${isOfAsset(assetId, kind)}`;
