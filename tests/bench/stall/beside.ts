import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../statistics.ts";
import type { Subject } from "./subject.ts";

/** What single reports and /health met, in milliseconds. */
export interface Seen {
  readonly reports: number;
  readonly reportP50: number;
  readonly reportP99: number;
  readonly reportMost: number;
  readonly refused: number;
  /** The longest wait for /health. */
  readonly health: number;
  /** The same without what a thread of the server or of the probe waited for a CPU in it. */
  readonly ownHealth: number;
  /** The most that the main thread ran while one /health waited: how long it took no turn, in CPU. */
  readonly held: number;
}

export interface AloneAndBeside {
  readonly alone: Seen;
  readonly beside: Seen;
}

interface RawSeen {
  readonly reports: readonly number[];
  readonly refused: number;
  readonly health: number;
  readonly ownHealth: number;
  readonly held: number;
}

const probe = new URL("probe.mjs", import.meta.url).pathname;

/** By turns: a process of its own reports and asks for /health while nothing else happens, and while `disturb` is repeated. */
export async function measureBeside(
  subject: Subject,
  disturb: () => Promise<unknown>,
  settings: { readonly rounds: number; readonly seconds: number; readonly pause: number; readonly once: boolean },
): Promise<AloneAndBeside> {
  const order = JSON.stringify({ port: subject.port, pid: subject.pid, reportPause: 2, healthPause: 3 });
  const child = spawn("node", [probe, order], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  try {
    await lines.next();
    const during = async (work: () => Promise<unknown>): Promise<RawSeen> => {
      child.stdin.write("start\n");
      await work();
      child.stdin.write("stop\n");
      const { value = "" } = await lines.next();
      return JSON.parse(value);
    };
    const milliseconds = settings.seconds * 1000;
    await during(() => sleep(milliseconds / 2)); // which warms both
    const alone: RawSeen[] = [];
    const beside: RawSeen[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      alone.push(await during(() => sleep(milliseconds)));
      beside.push(
        await during(async () => {
          const end = performance.now() + milliseconds;
          do {
            await disturb();
            if (settings.pause > 0) await sleep(settings.pause * 1000);
          } while (!settings.once && performance.now() < end);
          await sleep(Math.max(0, end - performance.now()));
        }),
      );
      await subject.settle();
    }
    return { alone: summarize(alone), beside: summarize(beside) };
  } finally {
    child.kill();
  }
}

function summarize(rounds: readonly RawSeen[]): Seen {
  const reports = rounds.flatMap((round) => round.reports);
  const most = (of: (round: RawSeen) => number) => Math.max(...rounds.map(of));
  return {
    reports: reports.length,
    reportP50: percentile(reports, 0.5),
    reportP99: percentile(reports, 0.99),
    reportMost: percentile(reports, 1),
    refused: rounds.reduce((sum, { refused }) => sum + refused, 0),
    health: most(({ health }) => health),
    ownHealth: most(({ ownHealth }) => ownHealth),
    held: most(({ held }) => held),
  };
}
