import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { processIdentity } from "../../../../adapters/cli/spool/process-identity.ts";
import { serverFolder } from "../../../../adapters/cli/spool/spool-folder.ts";
import { startServer, temporaryFolder } from "../../../server.ts";
import { patience, runCli, startCli } from "../run-cli.ts";
import { eventsOf, files, newAbsentServer, newSpool } from "./spool-harness.ts";

setDefaultTimeout(patience);

/** Where nothing listens. */
const nobody = (await newAbsentServer()).url;

test("a flush removes what killed processes have left, even where nothing waits", async () => {
  const spool = newSpool();
  const { url } = await newAbsentServer();
  const folder = serverFolder(spool.root, url);
  mkdirSync(folder, { recursive: true });
  const dead = "4194305-1"; // beyond the greatest pid
  const alive = `.draft-${processIdentity()}.000001764000000-00000001.json`;
  for (const name of [`.draft-${dead}.000001764000000-00000000.json`, `flushing-${dead}`, alive]) {
    writeFileSync(join(folder, name), "");
  }
  const { exitCode, stdout } = await spool.run(["flush", "--url", url]);
  expect([exitCode, stdout]).toEqual([0, "Nothing waits.\n"]);
  expect(files(spool.root)).toEqual([join(folder, alive)]);
});

describe.each(["bun", "node"] as const)("on %s", (runtime) => {
  test("a report whose server is away is kept: 0, a line on standard error, and a private file without the token", async () => {
    const spool = newSpool({ runtime });
    const before = Date.now();
    const args = ["report", "s3/orders", "--url", `${nobody}/`, "--token", "rl_very_secret", "--metadata", "rows=5"];
    const { exitCode, stdout, stderr } = await spool.run(args);
    expect([exitCode, stdout]).toEqual([0, ""]);
    const [path = ""] = spool.waiting();
    expect(stderr).toMatch(
      /^runless: POST .+ got no answer: nothing listens there \(connection refused\)\. The report is kept in .+\n$/,
    );
    expect(stderr).toContain(`The report is kept in ${path}: the next call or runless flush sends it.\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect([spool.root, dirname(path)].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700]);
    const kept = spool.read(path);
    expect(kept).toMatchObject({
      url: nobody,
      events: [
        {
          type: "ASSET_MATERIALIZATION",
          asset_key: ["s3", "orders"],
          idempotency_key: expect.stringMatching(/^[\da-f]{32}$/),
          metadata: { rows: { type: "int", raw_value: 5 } },
        },
      ],
    });
    const times = [kept.kept_at, kept.events[0]?.timestamp].map((time) => Date.parse(String(time)));
    for (const time of times) expect(time >= before && time <= Date.now()).toBe(true);
    expect(readFileSync(path, "utf8")).not.toContain("secret");
  });

  test("what was kept is sent with the next call, before it, with the time when it happened", async () => {
    const spool = newSpool({ runtime });
    const { url, start } = await newAbsentServer();
    const env = { RUNLESS_URL: url };
    await spool.run(["report", "a", "--metadata", "digits=12345678901234567890"], { env });
    await spool.run(["report-check", "a", "--check-name", "fresh", "--failed"], { env });
    await spool.run(["report-observation", "a", "--timestamp", "2026-01-02T03:04:05Z"], { env });
    expect((await spool.run(["exec", "a", "--", "sh", "-c", "exit 4"], { env })).exitCode).toBe(4);
    await spool.run(["exec", "a", "--", "true"], { env });
    const kept = spool.waiting().flatMap((path) => spool.read(path).events);
    expect(kept.length).toBe(6);
    const server = await start();
    const next = await spool.run(["report", "last"], { env });
    expect(next).toEqual({
      exitCode: 0,
      stdout: "Recorded as event 7.\n",
      stderr: `runless: sent 5 reports that waited for ${url}\n`,
    });
    const events = await eventsOf(url);
    expect(events.slice(0, 6).map(({ timestamp }) => timestamp)).toEqual(kept.map((event) => String(event.timestamp)));
    expect(events[2]?.timestamp).toBe("2026-01-02T03:04:05.000Z");
    expect(events.map(({ asset_key: [key] }) => key)).toEqual(["a", "a", "a", "a", "a", "a", "last"]);
    expect(events[0]?.metadata.digits?.raw_value).toBe("12345678901234567890");
    expect(files(spool.root)).toEqual([]);
    await server.stop();
  });

  test("a command that reads sends it too, and runless flush does by itself", async () => {
    const spool = newSpool({ runtime });
    const { url, start } = await newAbsentServer();
    await spool.run(["report", "a", "--url", url]);
    const server = await start();
    expect((await spool.run(["asset", "a", "--url", url])).exitCode).toBe(0);
    await server.stop();
    await spool.run(["report", "b", "--url", url]);
    const away = await spool.run(["flush"]);
    expect([away.exitCode, away.stderr]).toEqual([3, expect.stringContaining(`1 report is still waiting for ${url}`)]);
    const again = await start();
    expect(await spool.run(["flush"])).toEqual({
      exitCode: 0,
      stdout: `Sent 1 report to ${url}.\n`,
      stderr: "",
    });
    expect(await spool.run(["flush"])).toEqual({ exitCode: 0, stdout: "Nothing waits.\n", stderr: "" });
    expect((await eventsOf(url)).map(({ asset_key }) => asset_key)).toEqual([["a"], ["b"]]);
    await again.stop();
  });
});

test("with --no-spool nothing is kept, and the report fails", async () => {
  const spool = newSpool();
  const { exitCode, stderr } = await spool.run(["report", "a", "--url", nobody, "--no-spool"]);
  expect([exitCode, spool.waiting()]).toEqual([3, []]);
  expect(stderr).not.toContain("kept");
  const exec = await spool.run(["exec", "a", "--url", nobody, "--no-spool", "--", "sh", "-c", "exit 5"]);
  expect([exec.exitCode, spool.waiting()]).toEqual([5, []]);
  expect(exec.stderr).toStartWith("runless: warning: the outcome of a (exit code 5) was not reported: ");
});

// No real server can be made to answer all of these.
test.each([
  [429, 0, 1],
  [502, 0, 1],
  [503, 0, 1],
  [504, 0, 1],
  [400, 2, 0],
  [401, 1, 0],
  [403, 1, 0],
  [404, 1, 0],
  [408, 3, 0],
  [409, 1, 0],
  [413, 1, 0],
  [422, 1, 0],
  [500, 1, 0],
])("of an answer %d the exit code is %d, and %d reports are kept", async (status, code, kept) => {
  const answer = () => Response.json({ error: "Said the server." }, { status });
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  const spool = newSpool();
  const { exitCode, stderr } = await spool.run(["report", "a", "--url", server.url.href]);
  expect([exitCode, spool.waiting().length]).toEqual([code, kept]);
  expect(stderr).toContain("Said the server.");
});

test("an answer that is not runless's is no reason to keep a report", async () => {
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("Sign in to the hotel") });
  const spool = newSpool();
  expect((await spool.run(["report", "a", "--url", server.url.href])).exitCode).toBe(3);
  expect(spool.waiting()).toEqual([]);
});

test("exec keeps a report that is not answered in 10 seconds, or whose wait a signal ends", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const [slow, stopped] = [newSpool(), newSpool()];
  const ended = slow.run(["exec", "a", "--url", url, "--", "sh", "-c", "exit 7"]);
  const connected = once(silent, "connection");
  const child = startCli(["exec", "a", "--url", url, "--", "sh", "-c", "exit 8"], { env: stopped.env });
  const stop = Promise.all([once(child, "exit"), text(child.stderr)]);
  await connected;
  await once(silent, "connection");
  child.kill("SIGTERM");
  const [[code], said] = await stop;
  expect([code, said]).toEqual([
    8,
    expect.stringContaining("SIGTERM came before the server answered. The report is kept in "),
  ]);
  expect(stopped.waiting().length).toBe(1);
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([
    7,
    expect.stringContaining("did not answer within 10 seconds. The report is kept in "),
  ]);
  expect(slow.waiting().length).toBe(1);
  silent.close();
});

test.each([[[]], [["--idempotency-key", "nightly"]]])(
  "a report that was recorded though its answer was lost is recorded once (%j)",
  async (options) => {
    const server = await startServer("bun");
    let isCut = true;
    // What a connection does that breaks at the wrong moment: no real server can be asked for it.
    const proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async (request) => {
        const answer = await fetch(`${server.url}${new URL(request.url).pathname}`, {
          method: request.method,
          headers: { "content-type": "application/json" },
          body: await request.text(),
        });
        return isCut ? new Response("lost", { status: 502 }) : answer;
      },
    });
    const spool = newSpool();
    const args = ["report", "a", "--url", proxy.url.href, ...options];
    expect((await spool.run(args)).exitCode).toBe(0);
    expect(spool.waiting().length).toBe(1);
    isCut = false;
    expect((await spool.run(["flush"])).stdout).toBe(`Sent 1 report to ${proxy.url.origin}.\n`);
    expect((await eventsOf(server.url)).length).toBe(1);
    proxy.stop(true);
    await server.stop();
  },
);

test("what a server refuses for what it says is set aside, with the reason, and what is behind it is sent", async () => {
  const spool = newSpool();
  const { url, start } = await newAbsentServer();
  const env = { RUNLESS_URL: url };
  await spool.run(["report", "a"], { env });
  await spool.run(["report", "b", "--description", "x".repeat(50)], { env });
  await spool.run(["report", "c"], { env });
  writeFileSync(join(dirname(spool.waiting()[0] ?? ""), `000000000000001-00000000.json`), "{nonsense");
  const server = await start(["--max-description-bytes", "10"]);
  const { exitCode, stdout, stderr } = await spool.run(["flush"], { env });
  expect([exitCode, stdout]).toEqual([1, `Sent 2 reports to ${url}.\n`]);
  const [unreadable = "", refused = ""] = spool.refused();
  expect(stderr).toContain(`a report that waited for ${url} was refused, and is kept in ${refused}: `);
  expect(stderr).toContain(`${unreadable}: It is no report that this version of runless can read.`);
  expect(spool.read(refused)).toMatchObject({
    url,
    refused: expect.stringContaining("description"),
    events: [{ asset_key: ["b"] }],
  });
  expect(statSync(refused).mode & 0o777).toBe(0o600);
  expect((await eventsOf(url)).map(({ asset_key: [key] }) => key)).toEqual(["a", "c"]);
  expect(await spool.run(["flush"], { env })).toMatchObject({ exitCode: 0, stdout: "Nothing waits.\n" });
  await server.stop();
});

test("a token that may not report leaves all where it is, and one for another prefix what is not its own", async () => {
  const spool = newSpool();
  const { url, start } = await newAbsentServer();
  for (const key of ["s3/a", "vendor/b", "s3/c"]) await spool.run(["report", key, "--url", url]);
  const secret = (letter: string) => letter.repeat(20);
  const RUNLESS_TOKENS = `s3:report:s3=${secret("a")} read:read=${secret("b")} all:report,read=${secret("c")}`;
  const server = await start([], { RUNLESS_TOKENS });
  const flush = (token?: string) => spool.run(["flush", "--url", url, ...(token ? ["--token", token] : [])]);

  const without = await flush();
  expect([without.exitCode, without.stderr]).toEqual([1, expect.stringContaining("3 reports are still waiting")]);
  expect((await flush(secret("b"))).exitCode).toBe(1);
  // A command that reads has no word of it: its token is for reading.
  expect((await spool.run(["events", "--url", url, "--token", secret("b")])).stderr).toBe("");
  expect(spool.waiting().length).toBe(3);
  const own = await flush(secret("a"));
  expect([own.exitCode, own.stdout]).toEqual([1, `Sent 2 reports to ${url}.\n`]);
  expect([spool.waiting().length, spool.refused().length]).toEqual([1, 0]);
  expect((await flush(secret("c"))).exitCode).toBe(0);
  expect((await eventsOf(url, secret("c"))).map(({ asset_key }) => asset_key.join("/"))).toEqual([
    "s3/a",
    "s3/c",
    "vendor/b",
  ]);
  await server.stop();
});

test("the token is sent to the server that was named with it, and to no other that reports wait for", async () => {
  const spool = newSpool();
  const seen: (string | null)[] = [];
  const answer = (request: Request) => {
    seen.push(request.headers.get("authorization"));
    return Response.json({ error: "No." }, { status: 401 });
  };
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  await spool.run(["report", "a", "--url", nobody]);
  const [path = ""] = spool.waiting();
  const url = server.url.origin;
  const folder = join(spool.root, encodeURIComponent(url));
  mkdirSync(folder);
  writeFileSync(join(folder, "001700000000000-00000000.json"), JSON.stringify({ ...spool.read(path), url }));
  await spool.run(["flush"], { env: { RUNLESS_TOKEN: "rl_secret" } });
  await spool.run(["flush", "--url", url], { env: { RUNLESS_TOKEN: "rl_secret" } });
  expect(seen).toEqual([null, "Bearer rl_secret"]);
});

test("a report of more than 6 days ago is kept, and sent by flush --old alone", async () => {
  const spool = newSpool();
  const { url, start } = await newAbsentServer();
  await spool.run(["report", "old", "--url", url]);
  await spool.run(["report", "ahead", "--url", url]);
  await spool.run(["report", "young", "--url", url]);
  const [old = "", ahead = "", young = ""] = spool.waiting();
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  spool.rewrite(old, { kept_at: at(-6.01) });
  spool.rewrite(ahead, { kept_at: at(6.01) }); // by a clock that was wrong
  spool.rewrite(young, { kept_at: at(-5.99) });
  const server = await start();
  const next = await spool.run(["report", "next", "--url", url]);
  expect([next.exitCode, next.stderr]).toEqual([
    0,
    expect.stringContaining(`2 reports for ${url} wait for more than 6 days`),
  ]);
  expect(spool.waiting()).toEqual([old, ahead]);
  expect((await spool.run(["flush"])).exitCode).toBe(1);
  expect(spool.waiting()).toEqual([old, ahead]);
  expect((await spool.run(["flush", "--old"])).exitCode).toBe(0);
  expect((await eventsOf(url)).map(({ asset_key: [key] }) => key)).toEqual(["young", "next", "old", "ahead"]);
  await server.stop();
});

test("a full spool fails the report, and drops nothing", async () => {
  const spool = newSpool();
  await spool.run(["report", "a", "--url", nobody]);
  const [path = ""] = spool.waiting();
  const big = join(dirname(path), "refused", "0.json");
  mkdirSync(dirname(big));
  writeFileSync(big, "");
  truncateSync(big, 64 * 2 ** 20 - 100);
  const { exitCode, stdout, stderr } = await spool.run(["report", "b", "--url", nobody]);
  expect([exitCode, stdout]).toEqual([3, ""]);
  expect(stderr).toContain(`And the spool ${spool.root} is full (64 MB): runless flush empties it`);
  const exec = await spool.run(["exec", "b", "--url", nobody, "--", "sh", "-c", "exit 6"]);
  expect([exec.exitCode, exec.stderr]).toEqual([6, expect.stringContaining("is full (64 MB)")]);
  expect([spool.waiting(), spool.refused()]).toEqual([[path], [big]]);
});

test("a spool that can't be written fails the report with both reasons", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const env = { XDG_STATE_HOME: file };
  const { exitCode, stderr } = await runCli(["report", "a", "--url", nobody], { env });
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`And it can't be kept in ${file}/runless/spool: `)]);
  expect(stderr).toContain("got no answer");
});

test("an address with a password in it is refused, before it gets into a file", async () => {
  const spool = newSpool();
  const { exitCode, stderr } = await spool.run(["report", "a", "--url", "http://me:secret@127.0.0.1:9"]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("must have no user and no password in it")]);
  expect([files(spool.root), stderr.includes("secret")]).toEqual([[], false]);
});
