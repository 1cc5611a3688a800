import { expect } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { openStores } from "../../../../storage/index.ts";
import { alertsOf, changesOf, define, report } from "../../../../storage/testing/watch-store/follower.ts";
import { programs } from "../../../server.ts";

export interface ThreeServers {
  readonly url: string;
  readonly authToken?: string | undefined;
  readonly assets: number;
  readonly checks: number;
}

const program = new URL("watching-process.ts", import.meta.url).pathname;
/** 40 s apart. None is behind the one that reports are received by: its deadlines would come that much later. */
const clocks = [0, 20_000, 40_000];
const second = 1000;

/**
 * Three processes on one database, with clocks 40 s apart, whose holders are killed and stopped at random while deadlines
 * pass and checks fail: exactly one change and one alert for each.
 */
export async function decideOnce({ url, authToken, assets, checks }: ThreeServers): Promise<void> {
  const stores = await openStores({ url, authToken });
  const names = Array.from({ length: assets }, (_, i) => `late/${String(i).padStart(4, "0")}`);
  const crowd = new Crowd(url, authToken);
  try {
    for (const clock of clocks) await crowd.start(clock);
    const began = Date.now();
    for (let i = 0; i < names.length; i += 100) {
      await report(stores, ...names.slice(i, i + 100).map((key) => materialization(key)));
    }
    // Defined after its report, however long that took: a report that came after its deadline would be a second change.
    const age = Math.ceil((Date.now() - began) / second);
    // Deadlines lie so that a clock that is ahead meets some at once, and one that is behind the last of them in a while.
    const windows = names.map((_, i) => `${age + 2 + (i % 10)}s`);
    await define(
      stores,
      ...names.map((key, i) => ({ key, freshness: { type: "time_window", fail_window: windows[i] } })),
    );
    for (let i = 0; i < checks; i += 10) {
      const some = Array.from({ length: Math.min(10, checks - i) }, (_, j) => `c${i + j}`);
      await report(stores, ...some.map((checkName) => checkEvaluation("checked", { checkName, passed: false })));
      await crowd.disturb();
    }
    await until(async () => (await stores.watching.counts()).subjects.FAIL === assets);
    await until(async () => (await alertsOf(stores, "firing")).length >= Math.min(1000, assets + checks));
    const before = (await changesOf(stores)).length;
    await crowd.disturb();
    await until(async () => (await stores.watching.lease()).holder !== null);
    const failed = (await changesOf(stores)).filter((change) => change.includes("-> FAIL"));
    expect(failed.length).toBe(assets);
    expect(new Set(failed.map((change) => change.split(":")[0])).size).toBe(assets);
    expect((await changesOf(stores)).length).toBe(before);
    // Every change goes on from the state that the last one left: nothing was decided twice, or by two.
    const states = new Map<string, string>();
    for (const change of await changesOf(stores)) {
      const [, name = "", from = "", to = ""] = /^(\S+): (\w+) -> (\w+)/.exec(change) ?? [];
      expect(`${name} ${from}`).toBe(`${name} ${states.get(name) ?? "UNKNOWN"}`);
      states.set(name, to);
    }
    const { firing } = await stores.watching.counts();
    expect(firing).toEqual([
      { kind: "check", severity: "ERROR", count: checks },
      { kind: "freshness", severity: "ERROR", count: assets },
    ]);
    expect(await alertsOf(stores, "resolved")).toEqual([]);
  } finally {
    await crowd.end();
    await stores.log.close();
  }
}

/** Processes that watch, and what happens to them. */
class Crowd {
  readonly #args: readonly string[];
  readonly #processes: { readonly child: ChildProcess; readonly clock: number }[] = [];

  constructor(url: string, authToken: string | undefined) {
    this.#args = [program, url, authToken ?? ""];
  }

  async start(clock: number): Promise<void> {
    const child = spawn(programs.bun, [...this.#args, String(clock)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#processes.push({ child, clock });
    await once(child.stdout, "data");
  }

  /** Kills one and starts it again, or stops one for longer than a lease lasts. */
  async disturb(): Promise<void> {
    const at = Math.floor(Math.random() * this.#processes.length);
    const one = this.#processes[at];
    if (one === undefined) return;
    if (Math.random() < 0.5) {
      one.child.kill("SIGSTOP");
      await delay(1.5 * second); // as long as the fault lasts
      one.child.kill("SIGCONT");
      return;
    }
    this.#processes.splice(at, 1);
    one.child.kill("SIGKILL");
    await once(one.child, "exit");
    await this.start(one.clock);
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#processes.map(async ({ child }) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(100);
}
