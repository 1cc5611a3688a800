import { expect, test } from "bun:test";
import { processStatus } from "../bench/process-status.ts";
import { runtimes, startServer } from "../server.ts";
import { type Errand, runErrands } from "./errands.ts";
import { distinctReports } from "./reports.ts";

const rounds = 15;

test.each([...runtimes])(
  "the %s server has as many descriptors open after many errands of all kinds as after a few",
  async (runtime) => {
    const server = await startServer(runtime, { args: ["--max-idle-seconds", "2"] });
    const errands = await runErrands(server.url, distinctReports("errand"));
    const { follow, ...others } = errands;
    const all = Object.keys(others) as Exclude<Errand, "follow">[]; // its very keys
    async function round(): Promise<void> {
      // What it waits for comes of the others.
      const following = follow();
      let isDone = false;
      following.finally(() => {
        isDone = true;
      });
      await Promise.all(all.map((errand) => errands[errand]()));
      while (!isDone) await errands.report();
      await following;
    }
    // By counting what there is: the thread that this needs would else be started in the midst, by retention.
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
    const descriptors = () => processStatus(server.process.pid ?? 0).descriptors;
    for (let i = 0; i < 3; i++) await round();
    const few = descriptors();
    for (let i = 0; i < rounds; i++) await round();
    // Clients that fetch keep connections open for a while, and the server ends those that are idle.
    while (descriptors() > few) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.stop();
  },
  60_000,
);
