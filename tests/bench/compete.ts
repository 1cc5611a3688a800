import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.ts";
import type { Listening } from "./listening.ts";
import { type LoadSettings, measure } from "./load.ts";
import { verifyRecorded } from "./recorded.ts";
import type { Load } from "./requests.ts";
import type { Result } from "./results.ts";

export interface Competition extends Omit<LoadSettings, "connections"> {
  readonly connections: readonly number[];
  readonly rounds: number;
}

/** Measures the contestants in turns, each a new server that stays for all rounds; verifies what they recorded. */
export async function compete(
  load: Load,
  contestants: readonly Contestant[],
  settings: Competition,
  folder: string,
): Promise<readonly Result[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants) entrants.push(await enter(contestant, folder));
    const results: Result[] = [];
    for (const connections of settings.connections) {
      for (let round = 0; round < settings.rounds; round++) {
        // Back and forth, so that who goes first gains nothing where the machine slows down or speeds up.
        for (const entrant of round % 2 === 0 ? entrants : entrants.toReversed()) {
          results.push(await turn(entrant, load, { ...settings, connections }, round));
        }
      }
    }
    for (const entrant of entrants) await verify(entrant, load);
    return results;
  } finally {
    for (const { server } of entrants) await stop(server);
  }
}

interface Entrant {
  readonly contestant: Contestant;
  readonly server: Listening;
  acknowledged: number;
}

const running = new Set<Listening>();
process.on("exit", () => {
  for (const server of running) server.stop();
});

async function enter(contestant: Contestant, folder: string): Promise<Entrant> {
  const server = await contestant.start(mkdtempSync(join(folder, "server-")));
  running.add(server);
  return { contestant, server, acknowledged: 0 };
}

async function stop(server: Listening): Promise<void> {
  await server.stop();
  running.delete(server);
}

async function turn(entrant: Entrant, load: Load, settings: LoadSettings, round: number): Promise<Result> {
  const { contestant, server } = entrant;
  const measurement = await measure(server.url, load, settings);
  entrant.acknowledged += measurement.acknowledged;
  const perSecond = Math.round(measurement.perSecond);
  console.error(`${load.name}, ${settings.connections} connections, ${contestant.name}: ${perSecond} requests/s`);
  // What was on its way when the load ended is not the next one's business.
  await sleep(200);
  return { load: load.name, connections: settings.connections, server: contestant.name, round, measurement };
}

async function verify({ contestant, server, acknowledged }: Entrant, load: Load): Promise<void> {
  if (!contestant.records) return;
  const recorded = await verifyRecorded(server.url, load, acknowledged);
  console.error(`${load.name}, ${contestant.name}: ${acknowledged} acknowledged, ${recorded} recorded`);
}
