import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommitLatency, measureCommits, measureCommitsDuring } from "./commit-latency.ts";
import { bunEcho, type Contestant } from "./contestants.ts";
import { endWithProcess, type Listening } from "./listening.ts";
import { type LoadSettings, measure } from "./load.ts";
import { countRecorded } from "./recorded.ts";
import type { Load } from "./requests.ts";
import type { Result } from "./results.ts";
import { processCpu } from "./thread-cpu.ts";

export interface Competition extends Omit<LoadSettings, "connections"> {
  readonly connections: readonly number[];
  readonly rounds: number;
}

/**
 * Measures the contestants in turns, each a new server that stays for all rounds, and bare commits on the same disk in
 * each round: alone, and while the Bun echo, which leaves the disk alone, is under the same load. Verifies what the
 * servers recorded.
 */
export async function compete(
  load: Load,
  contestants: readonly Contestant[],
  settings: Competition,
  folder: string,
): Promise<readonly Result[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants) entrants.push(await enter(contestant, load, folder));
    const results: Result[] = [];
    for (const connections of settings.connections) {
      for (let round = 0; round < settings.rounds; round++) {
        const commit = await measureCommits(folder);
        const busyCommit = await measureBusyCommits(entrants, load, { ...settings, connections }, folder);
        // Back and forth, so that who goes first gains nothing where the machine slows down or speeds up.
        for (const entrant of round % 2 === 0 ? entrants : entrants.toReversed()) {
          const turned = await turn(entrant, load, { ...settings, connections });
          const server = entrant.contestant.name;
          results.push({ load: load.name, connections, server, round, ...turned, commit, busyCommit });
        }
      }
    }
    for (const entrant of entrants) await verify(entrant, load);
    return results;
  } finally {
    for (const { server } of entrants) await server.stop();
  }
}

interface Entrant {
  readonly contestant: Contestant;
  readonly server: Listening;
  /** What its log held of the load's assets at the start. */
  readonly recordedBefore: number;
  acknowledged: number;
}

async function enter(contestant: Contestant, load: Load, folder: string): Promise<Entrant> {
  const server = endWithProcess(await contestant.start(mkdtempSync(join(folder, "server-")), load.filled));
  const recordedBefore = contestant.records ? await countRecorded(server.url, load) : 0;
  return { contestant, server, recordedBefore, acknowledged: 0 };
}

async function measureBusyCommits(
  entrants: readonly Entrant[],
  load: Load,
  settings: LoadSettings,
  folder: string,
): Promise<CommitLatency | undefined> {
  const echo = entrants.find(({ contestant }) => contestant === bunEcho);
  return echo && measureCommitsDuring(measure(echo.server.url, load, settings), folder);
}

async function turn(
  entrant: Entrant,
  load: Load,
  settings: LoadSettings,
): Promise<Pick<Result, "measurement" | "cpuMicroseconds">> {
  const { contestant, server } = entrant;
  const cpuBefore = server.pid === undefined ? Number.NaN : processCpu(server.pid);
  const measurement = await measure(server.url, load, settings);
  const cpu = server.pid === undefined ? Number.NaN : processCpu(server.pid) - cpuBefore;
  entrant.acknowledged += measurement.acknowledged;
  const perSecond = Math.round(measurement.perSecond);
  console.error(`${load.name}, ${settings.connections} connections, ${contestant.name}: ${perSecond} requests/s`);
  // What was on its way when the load ended is not the next one's business.
  await sleep(200);
  return { measurement, cpuMicroseconds: (cpu * 1e6) / (measurement.acknowledged + measurement.failed) };
}

/** A benchmark must not count answers whose events were not recorded. */
async function verify({ contestant, server, recordedBefore, acknowledged }: Entrant, load: Load): Promise<void> {
  if (!contestant.records) return;
  const recorded = (await countRecorded(server.url, load)) - recordedBefore;
  if (recorded < acknowledged) {
    throw new Error(
      `${contestant.name} acknowledged ${acknowledged} reports of "${load.name}" and recorded ${recorded}.`,
    );
  }
  console.error(`${load.name}, ${contestant.name}: ${acknowledged} acknowledged, ${recorded} recorded`);
}
