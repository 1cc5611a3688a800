import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { keepReport } from "../../adapters/cli/spool/keep-report.ts";
import { patience, startCli } from "../adapters/cli/run-cli.ts";
import { eventsOf, files, newAbsentServer, newSpool } from "../adapters/cli/spool/spool-harness.ts";
import { startServer } from "../server.ts";

setDefaultTimeout(2 * patience);

function keep(root: string, url: string, uid: string): void {
  const event = {
    type: "ASSET_MATERIALIZATION",
    asset_key: ["a"],
    timestamp: new Date().toISOString(),
    idempotency_key: `key of ${uid}`,
    metadata: { uid },
  };
  keepReport(root, { url, keptAt: Date.now(), triedWithoutTime: true, events: [event] });
}

async function uidsOf(url: string): Promise<string[]> {
  return (await eventsOf(url)).map(({ metadata }) => String(metadata.uid?.raw_value));
}

test("of many flushers at once one sends, each report once and in order", async () => {
  const server = await startServer("bun");
  const posted: string[] = [];
  const proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const body = await request.text();
      for (const { metadata } of JSON.parse(body)) posted.push(metadata.uid);
      const headers = { "content-type": "application/json" };
      return fetch(`${server.url}/api/v1/events`, { method: "POST", headers, body });
    },
  });
  const spool = newSpool();
  const uids = Array.from({ length: 450 }, (_, i) => `${i}`);
  for (const uid of uids) keep(spool.root, proxy.url.origin, uid);
  const results = await Promise.all(uids.slice(0, 5).map(() => spool.run(["flush", "--json"])));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  const sent = results.flatMap(({ stdout }) => JSON.parse(stdout).servers.map((of: { sent: number }) => of.sent));
  expect(sent.reduce((sum, count) => sum + count, 0)).toBe(450);
  expect(posted).toEqual(uids);
  expect(await uidsOf(server.url)).toEqual(uids);
  proxy.stop(true);
  await server.stop();
});

describe.each(["bun", "node"] as const)("on %s", (runtime) => {
  test("whatever is killed when, each report that was taken is recorded once", async () => {
    const spool = newSpool({ runtime });
    const { url, start } = await newAbsentServer();
    const env = { ...spool.env, RUNLESS_URL: url };
    const taken: string[] = [];
    const kept: string[] = [];
    let server: Awaited<ReturnType<typeof start>> | undefined;

    /** Runs a command, and kills it after so many milliseconds at the latest. */
    const run = async (args: readonly string[], killAfter: number) => {
      const child = startCli(args, { runtime, env });
      const timer = setTimeout(() => child.kill("SIGKILL"), killAfter);
      const [code] = await once(child, "exit");
      clearTimeout(timer);
      return code;
    };
    const report = async (uid: string) => {
      const code = await run(["report", "a", "--metadata", `uid=u${uid}`], 200 + Math.random() * 1500);
      if (code === 0) taken.push(`u${uid}`);
    };

    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 40; i++) {
        const uid = `kept/${round}/${i}`;
        keep(spool.root, url, uid);
        kept.push(uid);
      }
      if (round % 2 === 1) server = await start();
      const flush = () => run(["flush", "--url", url], 200 + Math.random() * 800);
      const killing = server?.stop.bind(server, "SIGKILL");
      await Promise.all([
        report(`${round}/0`),
        report(`${round}/1`),
        flush(),
        flush(),
        flush().then(() => killing?.()),
      ]);
      server = undefined;
    }

    server = await start();
    expect((await spool.run(["flush", "--url", url])).exitCode).toBe(0);
    const found = await uidsOf(url);
    expect(found.length).toBe(new Set(found).size);
    expect([...kept, ...taken].filter((uid) => !found.includes(uid))).toEqual([]);
    expect(files(spool.root)).toEqual([]);
    await server.stop();
  });
});
