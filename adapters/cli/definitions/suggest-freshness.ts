import { parseDuration } from "../../../core/freshness/duration.ts";
import { expectedWindows, partitionWindow, type TimedWindow } from "../../../core/freshness/expected-partitions.ts";
import type { CalendarPartitions, CronPartitions, Partitions } from "../../../core/freshness/partitions.ts";
import { defaultLookback, type TimeWindowPolicy } from "../../../core/freshness/policy.ts";
import { earliest, latest } from "../../../core/time.ts";

/** A materialization: of which partition, and when it counted. */
export interface Report {
  readonly partition: string | null;
  readonly at: number;
}

/** A policy that none of the reports fails, or why there is none. Undefined for too few reports to tell. */
export type SuggestedFreshness = TimeWindowPolicy | { readonly why: string } | undefined;

/** How many distances or windows tell a rhythm. */
const fewest = 3;
/** Where the longest distance is so many usual ones, a policy that it keeps would notice little. */
const mostIrregular = 4;
const sameRun = 60_000;
const day = 86_400_000;
const longestMonth = 32 * day;
const longestWindow = 10 * 366 * day;

/** The usual distance, half as much again to warn, and twice as much to fail: more where a report came later than that. */
export function suggestFreshness(reports: readonly Report[], partitions: Partitions | undefined): SuggestedFreshness {
  if (partitions === undefined) return ofSeries([reports.map(({ at }) => at)]);
  if (partitions.type !== "static") return ofWindows(reports, partitions);
  const times = timesByPartition(reports);
  const unseen = partitions.keys.find((key) => !times.has(key));
  if (unseen !== undefined) return { why: `${JSON.stringify(unseen)} did not come among the newest materializations` };
  return ofSeries(partitions.keys.map((key) => times.get(key) ?? []));
}

/** Each series is judged as an asset is, from its first report to the last one of all. */
function ofSeries(series: readonly (readonly number[])[]): SuggestedFreshness {
  const end = latest(series.flat());
  const usual = usualOf(series.flatMap(distancesOf));
  if (usual === undefined || end === null) return undefined;
  const distances = series.map((times) => distancesOf([...times, end]));
  const longest = latest(distances.flat()) ?? 0;
  if (longest > mostIrregular * usual) {
    return { why: `usually ${duration(usual)} passed between two materializations, but once ${duration(longest)}` };
  }
  return policyOf(usual, longest);
}

/** Partitions whose windows ended while there were reports. Each is to count by `fail_window` after its end. */
function ofWindows(reports: readonly Report[], partitions: CalendarPartitions | CronPartitions): SuggestedFreshness {
  const known = reports.filter(({ partition }) => partition !== null && hasPartition(partitions, partition));
  const times = timesByPartition(known);
  const all = known.map(({ at }) => at);
  const [first, last, usual] = [earliest(all), latest(all), usualOf(distancesOf(all))];
  if (first === null || last === null || usual === undefined) return undefined;
  const ended = [...expectedWindows(partitions, { from: first - longestMonth, until: null, now: last })];
  const windows = ended
    .filter(({ end }) => end > first)
    .map((window) => ({ ...window, times: times.get(window.partition) ?? [] }));
  if (windows.length < fewest) return undefined;
  const came = windows.filter(({ times }) => times.length > 0);
  const cover = coverOf(came);
  if (cover === undefined) return { why: "partitions came before their windows began" };
  const policy = policyOf(usual, cover.delay);
  if ("why" in policy) return policy;
  const fail = parseDuration(policy.fail_window) ?? 0;
  const missing = windows.find(({ times, end }) => times.length === 0 && end + fail <= last);
  if (missing !== undefined) return { why: `${missing.partition} never came, so that a policy would fail` };
  if (came.some(({ start, end }) => fail > defaultLookback * (end - start))) {
    return {
      why: `by ${policy.fail_window} after the end of a window, newer partitions are watched: set lookback too`,
    };
  }
  return cover.early === 0 ? policy : { ...policy, early: duration(cover.early) };
}

interface Ended extends TimedWindow {
  readonly times: readonly number[];
}

/** How early a partition may count, and how late the latest one does then: both together as short as possible. */
function coverOf(windows: readonly Ended[]): { readonly early: number; readonly delay: number } | undefined {
  const leads = windows.flatMap(({ start, end, times }) => times.filter((at) => at >= start).map((at) => end - at));
  const earlies = new Set([0, ...leads.filter((lead) => lead > 0).map((lead) => roundedUp(lead))]);
  const covers = [...earlies].flatMap((early) => {
    const delays = windows.map(({ end, times }) => {
      const met = earliest(times.filter((at) => at >= end - early));
      return met === null ? Number.POSITIVE_INFINITY : met - end;
    });
    const delay = latest([0, ...delays]) ?? 0;
    return Number.isFinite(delay) ? [{ early, delay }] : [];
  });
  return covers.sort((a, b) => a.early + a.delay - b.early - b.delay)[0];
}

/** `late` is what the history has: it must be less than `fail_window`. */
function policyOf(usual: number, late: number): TimeWindowPolicy | { readonly why: string } {
  const fail = Math.max(usual * 2, late + 1);
  if (fail > longestWindow) return { why: `materializations were up to ${duration(late)} apart` };
  const [warn_window, fail_window] = [duration(usual * 1.5), duration(fail)];
  const isBefore = roundedUp(usual * 1.5) < roundedUp(fail);
  return { type: "time_window", ...(isBefore ? { warn_window } : {}), fail_window };
}

function timesByPartition(reports: readonly Report[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { partition, at } of reports) {
    if (partition === null) continue;
    const known = times.get(partition);
    if (known === undefined) times.set(partition, [at]);
    else known.push(at);
  }
  return times;
}

function distancesOf(times: readonly number[]): readonly number[] {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.slice(1).map((time, i) => time - (sorted[i] ?? time));
}

/** The median. Undefined for too few. */
function usualOf(distances: readonly number[]): number | undefined {
  const apart = distances.filter((distance) => distance >= sameRun).sort((a, b) => a - b);
  return apart.length < fewest ? undefined : apart[apart.length >> 1];
}

/** In the largest unit of which there are two or more, rounded up. */
function duration(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  const hours = Math.ceil(minutes / 60);
  if (hours >= 48) return `${Math.ceil(hours / 24)}d`;
  return minutes >= 120 ? `${hours}h` : `${minutes}m`;
}

function roundedUp(milliseconds: number): number {
  return parseDuration(duration(milliseconds)) ?? milliseconds;
}

/** Whether these partitions have one of this name. */
export function hasPartition(partitions: Partitions, name: string): boolean {
  try {
    return partitionWindow(partitions, name) !== undefined;
  } catch {
    return false; // the first name is no start
  }
}
