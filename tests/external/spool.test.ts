import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { flushSpool } from "../../adapters/cli/spool/flush-spool.ts";
import { keepReport } from "../../adapters/cli/spool/keep-report.ts";
import { createSender } from "../../adapters/client/http-sender.ts";
import { wait } from "../../adapters/client/retry.ts";
import { runCli } from "../adapters/cli/run-cli.ts";
import { eventsOf, files, newAbsentServer, newSpool, type Spool } from "../adapters/cli/spool/spool-harness.ts";
import { type Runtime, startServer, temporaryFolder } from "../server.ts";
import { describeAsRoot } from "./as-root.ts";
import { mountSmallDisk } from "./small-disk.ts";

setDefaultTimeout(300_000);

const traced = "mkdir,mkdirat,write,fsync,rename,renameat,renameat2";
/** The calls by which a command leaves something behind, on the disk or with a server. */
const steps = [
  "mkdir,mkdirat",
  "fsync",
  "rename,renameat,renameat2",
  "unlink,unlinkat",
  "connect",
  "sendto,sendmsg,writev",
];

/** Runs a command and kills it as it is about to make its nth call of a kind; false where it makes fewer. */
async function killedAt(n: number, call: string, args: readonly string[], spool: Spool, runtime: Runtime) {
  const trace = join(temporaryFolder(), "trace");
  const inject = `inject=${call}:signal=SIGKILL:when=${n}`;
  const under = ["strace", "-f", "-o", trace, "-e", `trace=${call}`, "-e", inject];
  await runCli(args, { runtime, under, env: spool.env });
  return readFileSync(trace, "utf8").includes("+++ killed by SIGKILL +++");
}

/** Has a command killed at each of its calls of each kind; answers how many times. */
async function killEverywhere(killAt: (n: number, call: string) => Promise<boolean>): Promise<number> {
  let kills = 0;
  for (const call of steps) {
    for (let n = 1; await killAt(n, call); n++) kills++;
  }
  return kills;
}

function eventWith(uid: string, description?: string) {
  const timestamp = new Date().toISOString();
  const event = { type: "ASSET_MATERIALIZATION", asset_key: ["a"], timestamp, metadata: { uid } };
  return { ...event, idempotency_key: uid, ...(description === undefined ? {} : { description }) };
}

function keep(root: string, url: string, event: ReturnType<typeof eventWith>): void {
  keepReport(root, { url, keptAt: Date.now(), triedWithoutTime: true, events: [event] });
}

async function flush(root: string, url: string): Promise<void> {
  const options = { url, headers: {}, fetch, retries: 0, timeout: 10_000, wait, random: Math.random };
  const outcome = await flushSpool({ root, url, send: createSender(options) });
  expect(outcome).toMatchObject({ waiting: 0, error: undefined, isBusy: false });
}

async function uidsOf(url: string): Promise<readonly string[]> {
  return (await eventsOf(url)).map(({ metadata }) => String(metadata.uid?.raw_value));
}

describe.each(["bun", "node"] as const)("on %s", (runtime) => {
  test("a report has its name only once it is on the disk, and is told of only once its name is", async () => {
    const spool = newSpool();
    const { url } = await newAbsentServer();
    const trace = join(temporaryFolder(), "trace");
    const under = ["strace", "-f", "-y", "-s", "500", "-o", trace, "-e", `trace=${traced}`];
    await runCli(["report", "a", "--url", url], { runtime, under, env: spool.env });
    const [path = ""] = spool.waiting();
    const lines = readFileSync(trace, "utf8").split("\n");
    const at = (test: RegExp) => lines.findIndex((line) => test.test(line));
    const folder = path.slice(0, path.lastIndexOf("/")).replaceAll(".", "\\.");
    const order = [
      at(new RegExp(`write\\(\\d+<${folder}/\\.draft-`)),
      at(new RegExp(`fsync\\(\\d+<${folder}/\\.draft-`)),
      at(new RegExp(`rename\\w*\\(.*${folder}/\\.draft-`)),
      lines.findLastIndex((line) => new RegExp(`fsync\\(\\d+<${folder}>`).test(line)),
      at(/write\(2<.*The report is kept/),
    ];
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    for (const made of [spool.env.XDG_STATE_HOME, join(spool.env.XDG_STATE_HOME, "runless"), spool.root]) {
      expect(at(new RegExp(`fsync\\(\\d+<${made}>`))).not.toBe(-1);
    }
  });

  test("a report that is killed at any call is kept or not, and never recorded twice", async () => {
    const { url, start } = await newAbsentServer();
    const spools: Spool[] = [];
    const kills = await killEverywhere((n, call) => {
      const spool = newSpool();
      spools.push(spool);
      const args = ["report", "a", "--url", url, "--metadata", `uid=${spools.length}`];
      return killedAt(n, call, args, spool, runtime);
    });
    expect(kills).toBeGreaterThan(8);
    const server = await start();
    const complete = spools.map(({ waiting }) => waiting().length);
    for (const { root } of spools) {
      // What is not complete is cleared away with the next report that is.
      keep(root, url, eventWith(`of ${root}`));
      await flush(root, url);
      expect(files(root)).toEqual([]);
    }
    const found = (await uidsOf(url)).filter((uid) => !uid.startsWith("of "));
    const expected = complete.flatMap((count, i) => (count > 0 ? [String(i + 1)] : []));
    expect(found.toSorted()).toEqual(expected.toSorted());
    await server.stop();
  });

  test("a flush that is killed at any call loses and repeats nothing, and its lock keeps nobody out", async () => {
    const server = await startServer("bun", { args: ["--max-description-bytes", "10"] });
    const { url } = server;
    const sent: string[] = [];
    let rounds = 0;
    const kills = await killEverywhere(async (n, call) => {
      const spool = newSpool();
      const [first = "", second = "", next = ""] = [0, 1, 2].map((i) => `${rounds}/${i}`);
      rounds++;
      sent.push(first, second, next);
      keep(spool.root, url, eventWith(first));
      keep(spool.root, url, eventWith(second));
      keep(spool.root, url, eventWith("refused", "more than is taken"));
      const wasKilled = await killedAt(n, call, ["flush", "--url", url], spool, runtime);
      // A lock that is left behind goes with the next flush that has something to send.
      keep(spool.root, url, eventWith(next));
      await flush(spool.root, url);
      expect(files(spool.root)).toEqual(spool.refused());
      expect(spool.refused().length).toBe(1);
      return wasKilled;
    });
    expect(kills).toBeGreaterThan(6);
    expect(await uidsOf(url)).toEqual(sent);
    await server.stop();
  });
});

describeAsRoot("a full disk", () => {
  test.each(["bun", "node"] as const)("fails the report on %s, and keeps what was kept", async (runtime) => {
    const disk = mountSmallDisk(2, 0);
    try {
      const { url, start } = await newAbsentServer();
      const env = { XDG_STATE_HOME: join(disk.folder, "state") };
      const report = (uid: string) =>
        runCli(["report", "a", "--url", url, "--metadata", `uid=${uid}`], { runtime, env });
      expect((await report("first")).exitCode).toBe(0);
      disk.takeAll();
      const { exitCode, stderr } = await report("second");
      expect([exitCode, stderr]).toEqual([
        3,
        expect.stringMatching(/got no answer.* And it can't be kept in .*: ENOSPC/),
      ]);
      disk.giveBack(1);
      expect((await report("third")).exitCode).toBe(0);
      const server = await start();
      expect((await runCli(["flush", "--url", url], { runtime, env })).exitCode).toBe(0);
      expect(await uidsOf(url)).toEqual(["first", "third"]);
      expect(files(env.XDG_STATE_HOME)).toEqual([]);
      await server.stop();
    } finally {
      disk.unmount();
    }
  });
});
