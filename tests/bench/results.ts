import type { CommitLatency } from "./commit-latency.ts";
import { bunEcho, nodeEcho, otherSuffix } from "./contestants.ts";
import type { Measurement } from "./load.ts";
import { median } from "./statistics.ts";

/** One server under one load with one number of connections, in one round. */
export interface Result {
  readonly load: string;
  readonly connections: number;
  readonly server: string;
  readonly round: number;
  readonly measurement: Measurement;
  /** Of the whole process, for each answer; NaN where it is not known. */
  readonly cpuMicroseconds: number;
  /** Of the round, on the same disk. */
  readonly commit: CommitLatency;
  /** The same while an echo was under the load; undefined without an echo. */
  readonly busyCommit: CommitLatency | undefined;
}

export interface Row {
  readonly load: string;
  readonly connections: number;
  readonly server: string;
  /** Medians over the rounds. */
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50: number;
  readonly p99: number;
  /** NaN where the echo was not measured. */
  readonly ofBunEcho: number;
  readonly ofNodeEcho: number;
  /** Requests a second and CPU beside the same server of the other checkout; NaN without one. */
  readonly ofOther: number;
  readonly cpuOfOther: number;
  readonly p99OfCommit: number;
  readonly p99OfBusyCommit: number;
  readonly failed: number;
}

/** One row for each server under each load and number of connections. */
export function summarize(results: readonly Result[]): readonly Row[] {
  const groups = Map.groupBy(results, ({ load, connections, server }) => `${load}\n${connections}\n${server}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      load: first.load,
      connections: first.connections,
      server: first.server,
      perSecond: median(group.map(({ measurement }) => measurement.perSecond)),
      cpuMicroseconds: median(group.map(({ cpuMicroseconds }) => cpuMicroseconds)),
      p50: median(group.map(({ measurement }) => measurement.p50 ?? Number.NaN)),
      p99: median(group.map(({ measurement }) => measurement.p99 ?? Number.NaN)),
      ofBunEcho: ratio(group, bunEcho.name, results, perSecond),
      ofNodeEcho: ratio(group, nodeEcho.name, results, perSecond),
      ofOther: ratio(group, `${first.server}${otherSuffix}`, results, perSecond),
      cpuOfOther: ratio(group, `${first.server}${otherSuffix}`, results, ({ cpuMicroseconds }) => cpuMicroseconds),
      p99OfCommit: median(group.map(({ measurement, commit }) => (measurement.p99 ?? Number.NaN) / commit.p99)),
      p99OfBusyCommit: median(
        group.map(({ measurement, busyCommit }) => (measurement.p99 ?? Number.NaN) / (busyCommit?.p99 ?? Number.NaN)),
      ),
      failed: group.reduce((sum, { measurement }) => sum + measurement.failed, 0),
    };
  });
  // Dagster is measured after all others have ended. The sort is stable, so the servers keep their order.
  const loads = [...new Set(results.map(({ load }) => load))];
  return rows.sort((a, b) => loads.indexOf(a.load) - loads.indexOf(b.load) || a.connections - b.connections);
}

const perSecond = ({ measurement }: Result): number => measurement.perSecond;

/** Round by round and then the median, since a machine's speed changes between rounds more than within one. */
function ratio(
  group: readonly Result[],
  other: string,
  results: readonly Result[],
  of: (result: Result) => number,
): number {
  const ratios = group.flatMap((one) => {
    const twin = results.find(
      ({ load, connections, server, round }) =>
        server === other && load === one.load && connections === one.connections && round === one.round,
    );
    return twin === undefined ? [] : of(one) / of(twin);
  });
  return median(ratios);
}
