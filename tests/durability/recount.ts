import * as v from "valibot";
import { type WireEvent, walkEvents } from "../read-events.ts";

/** What a log holds, counted from its events alone. */
export interface Recount {
  /** How often each uid was found. */
  readonly found: ReadonlyMap<string, number>;
  readonly lastId: number;
  /** What no log may show, as sentences. */
  readonly problems: readonly string[];
}

/** Counts the events after an id. Of each asset's record it checks the counts where it sees the whole log. */
export async function recount(url: string, after = 0): Promise<Recount> {
  const found = new Map<string, number>();
  const problems: string[] = [];
  const summaries = new Map<string, Summary>();
  let lastId = after;
  for await (const event of walkEvents(url, { after: String(after) })) {
    if (event.id <= lastId) problems.push(`Event ${event.id} follows ${lastId}.`);
    lastId = event.id;
    const uid = String(event.metadata.uid?.raw_value);
    found.set(uid, (found.get(uid) ?? 0) + 1);
    const key = event.asset_key.join("/");
    const summary = summaries.get(key) ?? new Summary();
    summaries.set(key, summary);
    summary.add(event);
  }
  if (after === 0) {
    for (const [key, summary] of summaries) {
      const shown = JSON.stringify(await assetSummary(url, key));
      const counted = JSON.stringify(summary.state());
      if (shown !== counted) problems.push(`The record of ${key} says ${shown}, its events ${counted}.`);
    }
  }
  return { found, lastId, problems };
}

class Summary {
  readonly #counts = { ASSET_MATERIALIZATION: 0, ASSET_OBSERVATION: 0, ASSET_CHECK_EVALUATION: 0 };
  readonly #latest = { ASSET_MATERIALIZATION: latestOf(), ASSET_OBSERVATION: latestOf() };
  readonly #partitions = new Set<string | null>();

  add(event: WireEvent): void {
    const type = v.parse(eventType, event.type);
    this.#counts[type]++;
    if (type === "ASSET_CHECK_EVALUATION") return;
    this.#latest[type].add(event);
    if (type === "ASSET_MATERIALIZATION" && event.partition !== null) this.#partitions.add(event.partition);
  }

  state() {
    return {
      materializations: this.#counts.ASSET_MATERIALIZATION,
      observations: this.#counts.ASSET_OBSERVATION,
      check_evaluations: this.#counts.ASSET_CHECK_EVALUATION,
      partitions: this.#partitions.size,
      latest_materialization: this.#latest.ASSET_MATERIALIZATION.id(),
      latest_observation: this.#latest.ASSET_OBSERVATION.id(),
    };
  }
}

/** The greatest (timestamp, id) of events that come by id. */
function latestOf() {
  let latest: WireEvent | undefined;
  return {
    add(event: WireEvent): void {
      if (latest === undefined || event.timestamp >= latest.timestamp) latest = event;
    },
    id: () => latest?.id ?? null,
  };
}

const eventType = v.picklist(["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"]);
const latest = v.nullable(v.object({ id: v.number() }));
const assetSchema = v.object({
  latest_materialization: latest,
  latest_observation: latest,
  counts: v.object({
    materializations: v.number(),
    observations: v.number(),
    check_evaluations: v.number(),
    partitions: v.number(),
  }),
});

async function assetSummary(url: string, key: string): Promise<ReturnType<Summary["state"]>> {
  const answer = await fetch(`${url}/api/v1/assets/${key}`);
  const { latest_materialization, latest_observation, counts } = v.parse(assetSchema, await answer.json());
  return {
    ...counts,
    latest_materialization: latest_materialization?.id ?? null,
    latest_observation: latest_observation?.id ?? null,
  };
}
