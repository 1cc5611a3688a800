import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../core/index.ts";
import { type Job, jobs } from "./demo-jobs.ts";

export const demoDays = 30;
const hour = 3_600_000;
const day = 24 * hour;

const regions = ["eu-central", "eu-north", "us-east", "us-west", "ap-south"] as const;

/** A month of events up to `now`, sorted by timestamp. The same seed gives the same events. */
export function demoEvents(now: number, seed = 7): readonly (RunlessEvent & { readonly timestamp: number })[] {
  const events = jobs.flatMap((job, i) => eventsOf(job, now, randomFrom(seed * 1009 + i)));
  return events.sort((a, b) => a.timestamp - b.timestamp);
}

function eventsOf(job: Job, now: number, random: () => number): (RunlessEvent & { readonly timestamp: number })[] {
  const events: (RunlessEvent & { readonly timestamp: number })[] = [];
  const start = Math.floor((now - demoDays * day) / day) * day + job.at * 60_000;
  const end = now - (job.endedDaysAgo ?? 0) * day;
  let version = "";
  for (let run = 0; ; run++) {
    const timestamp = Math.floor(
      start + run * job.every * hour + random() * Math.min(12 * 60_000, job.every * hour * 0.2),
    );
    if (timestamp > end) return events;
    if (job.missedRuns?.includes(run) ?? random() < 0.015) continue;
    if (version === "" || job.version !== "hash" || random() < 0.25) version = versionOf(job, run, random);
    const weekend = [0, 6].includes(new Date(timestamp).getUTCDay()) ? 0.7 : 1;
    const grown = 1 + (job.growth ?? 0) * ((timestamp - start) / (demoDays * day));
    const rows = Math.round((job.rows ?? 0) * grown * weekend * (0.94 + random() * 0.12));
    const metadata = { ...(job.rows === undefined ? {} : { rows }), ...job.extra?.(run, timestamp) };
    const options = {
      description: job.description ?? null,
      dataVersion: job.version === undefined ? null : version,
      metadata,
    };
    const partitions = partitionsOf(job, timestamp, run);
    const report = job.observed === true ? observation : materialization;
    for (const [i, partition] of partitions.entries()) {
      events.push({ ...report(job.key, { ...options, partition }), timestamp: timestamp + i * 1700 });
    }
    for (const [i, check] of (job.checks ?? []).entries()) {
      const isBroken = check.brokenHoursAgo !== undefined && now - timestamp <= check.brokenHoursAgo * hour;
      // Checks fail at random except in the last runs, so that only the planned failures are current.
      const isCalm = now - timestamp < 2 * job.every * hour;
      const passed = !isBroken && (isCalm || random() >= (check.fails ?? 0.006));
      const { name, severity = "ERROR", says, measures } = check;
      const event = checkEvaluation(job.key, {
        ...{ checkName: name, passed, severity, description: passed ? null : says },
        metadata: measures?.(random, passed) ?? {},
      });
      events.push({ ...event, timestamp: timestamp + 20_000 + i * 2300 });
    }
  }
}

function versionOf({ version }: Job, run: number, random: () => number): string {
  return version === "counter"
    ? `v${run + 1}`
    : Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
}

function partitionsOf({ partitions }: Job, timestamp: number, run: number): readonly (string | null)[] {
  if (partitions === "daily") return [new Date(timestamp - 6 * hour).toISOString().slice(0, 10)];
  if (partitions === "regional") return regions;
  if (partitions === "files")
    return Array.from({ length: 24 }, (_, i) => `batch-${String(run * 24 + i).padStart(5, "0")}`);
  return [null];
}

/** Mulberry32: a pseudorandom generator of numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
