import type { EventLog } from "../../storage/index.ts";

/** What readers ask, of the probe assets that `nthEvent` has. */
export interface Question {
  readonly name: string;
  /** Where runless answers it. */
  readonly path: string;
  /** What its handler asks of the log. */
  ask(log: EventLog): Promise<unknown>;
  /** How many events the right answer holds. */
  readonly events: number;
}

const newestFirst = { limit: 50, order: "desc" } as const;

export const newest: Question = {
  name: "newest 50 events",
  path: "/api/v1/events?limit=50",
  ask: (log) => log.query({}, newestFirst),
  events: 50,
};

export const latest: Question = {
  name: "an asset's latest",
  path: "/api/v1/assets/probe/one",
  ask: (log) => log.asset(["probe", "one"]),
  events: 1,
};

export const history: Question = {
  name: "50 materializations of a partition",
  path: "/api/v1/events?asset_key=probe/one&type=ASSET_MATERIALIZATION&partition=p0&limit=50",
  ask: (log) => log.query({ assetKey: ["probe", "one"], type: "ASSET_MATERIALIZATION", partition: "p0" }, newestFirst),
  events: 50,
};

export const assets: Question = {
  name: "100 assets by prefix",
  path: "/api/v1/assets?prefix=probe/many&limit=100",
  ask: (log) => log.assets({ prefix: ["probe", "many"] }, { limit: 100 }),
  events: 100,
};

export const partitions: Question = {
  name: "1,000 partitions of an asset",
  path: "/api/v1/partitions?asset_key=probe/wide&limit=1000",
  ask: (log) => log.partitions(["probe", "wide"], { limit: 1000 }),
  events: 1000,
};

export const questions: readonly Question[] = [newest, latest, history, assets, partitions];

/** Fast answers must be right answers: an event has one timestamp in runless's JSON and in what GraphQL is asked for. */
export function assertAnswer({ name, events }: Pick<Question, "name" | "events">, answer: string): void {
  const found = answer.split('"timestamp":').length - 1;
  if (found === events) return;
  throw new Error(`"${name}" was answered with ${found} events instead of ${events}: ${answer.slice(0, 500)}`);
}
