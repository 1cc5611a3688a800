import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { portToReturnTo, runtimes, startServer, temporaryFolder } from "../../../server.ts";
import { type CliOptions, newFile, newServer, patience, runCli, startCli, targets } from "../run-cli.ts";

setDefaultTimeout(patience);

const unmet = (what: string, state: string, failed_fast = false) => ({
  satisfied: false,
  waiting_for: [{ asset_key: ["a"], what, state }],
  failed_fast,
});

/** Starts a command, and tells how it ended. */
function start(args: readonly string[], options: CliOptions) {
  const child = startCli(args, options);
  child.stdin.end();
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, "exit").then(async ([exitCode]) => ({
    exitCode: exitCode as number | null,
    stdout: await stdout,
    stderr: await stderr,
  }));
  return { child, ended };
}

/** Resolves once a wait has had its first answer of a server, which is that something is missing. */
async function untilSomebodyWaits(url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    if (/route="\/api\/v1\/wait",.*status="408"/.test(metrics)) return;
  }
}

const report = (url: string, partition = "p") =>
  fetch(`${url}/report_asset_materialization/a?partition=${partition}`, { method: "POST" });

describe.each(Object.entries(targets))("runless wait on %s", (_, open) => {
  test("ends with 0 where everything is there, and says nothing", async () => {
    const { env, stop } = await open();
    await runCli(["report", "a", "--partition", "p"], { env });
    await runCli(["report-check", "a", "--check-name", "c", "--partition", "p", "--passed"], { env });
    const waits = [
      ["--partition", "p"],
      ["--since", "24h", "--check", "c", "--fail-fast"],
      ["--within", "1d12h", "--checks", "--strict", "--timeout", "2h"],
    ];
    for (const args of waits) {
      expect(await runCli(["wait", "a", ...args], { env })).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    }
    const { stdout } = await runCli(["wait", "a", "--partition", "p", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual({ satisfied: true });
    await stop();
  });

  test("ends with 4 when the time is up, and with 1 as soon as a check has failed, and says what is missing", async () => {
    const { env, stop } = await open();
    const args = ["wait", "a", "--partition", "p"];
    const late = await runCli([...args, "--timeout", "1s"], { env });
    expect([late.exitCode, JSON.parse(late.stdout)]).toEqual([4, unmet("partition", "missing")]);
    expect(late.stderr).toBe("runless: the time is up: a (partition missing)\n");
    await runCli(["report", "a", "--partition", "p"], { env });
    await runCli(["report-check", "a", "--check-name", "c", "--partition", "p", "--failed"], { env });
    const failed = await runCli([...args, "--check", "c", "--fail-fast"], { env });
    expect([failed.exitCode, JSON.parse(failed.stdout)]).toEqual([1, unmet("check:c", "failed", true)]);
    expect(failed.stderr).toBe("runless: it failed: a (check c failed)\n");
    const quiet = await runCli([...args, "--check", "c", "--timeout", "0s", "--json"], { env });
    expect([quiet.exitCode, quiet.stderr]).toEqual([4, ""]);
    await stop();
  });

  test("ends with 2 for a wrong question", async () => {
    const { env, stop } = await open();
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [["a"], /^runless: Give one of --partition, --since, --within and --fresh: /],
      [[], /missing required argument 'key'/],
      [["a", "--fresh"], /^runless: There is no freshness policy for a\.$/m],
      [["a", "--since", "soon"], /It must be a time/],
      [["a", "--within", "5x"], /It must be a duration: 90s, 30m, 24h, 1d12h\./],
      [["a", "--within", "0s"], /^runless: within must be longer than nothing/],
      [["a", "--partition", "p", "--timeout", "2"], /It must be a duration/],
      [["a", "--partition", "p", "--check", "c", "--checks"], /not both\.$/m],
      [["//", "--partition", "p"], /An asset key is parts joined by \//],
    ];
    const results = await Promise.all(wrong.map(([args]) => runCli(["wait", ...args], { env })));
    for (const [i, { exitCode, stderr }] of results.entries()) {
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(wrong[i]?.[1] ?? /^$/)]);
    }
    await stop();
  });
});

test("of --fail-fast the help promises checks alone, since no event says that a run failed", async () => {
  const { stdout } = await runCli(["wait", "--help"], {});
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "--fail-fast end with exit code 1 as soon as one of these checks has failed",
  );
});

test("a wait on a file ends with what another process reports there, and with 3 where there is no such file", async () => {
  const { env } = newFile();
  const { ended } = start(["wait", "a", "--partition", "p"], { env });
  await runCli(["report", "a", "--partition", "p"], { env });
  expect(await ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const missing = { RUNLESS_DATABASE_URL: `file:${join(temporaryFolder(), "none.db")}` };
  expect((await runCli(["wait", "a", "--partition", "p"], { env: missing })).exitCode).toBe(3);
});

test("a server that was never reached is a 3, also when the time is up", async () => {
  const env = { RUNLESS_URL: `http://127.0.0.1:${await portToReturnTo()}` };
  for (const timeout of ["0s", "2h"]) {
    const { exitCode, stdout, stderr } = await runCli(["wait", "a", "--partition", "p", "--timeout", timeout], { env });
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("connection refused");
  }
});

test("Ctrl-C ends it with 130", async () => {
  const { server, env, stop } = await newServer();
  const { child, ended } = start(["wait", "a", "--partition", "p"], { env });
  await untilSomebodyWaits(server.url);
  child.kill("SIGINT");
  expect(await ended).toEqual({ exitCode: 130, stdout: "", stderr: "" });
  await stop();
});

describe.each([...runtimes])("on %s", (runtime) => {
  test("a server that restarts meanwhile, by force and in order, goes unseen", async () => {
    const databaseUrl = `file:${temporaryFolder()}/log.db`;
    const options = { databaseUrl, args: ["--port", String(await portToReturnTo())] };
    let server = await startServer(runtime, options);
    const env = { RUNLESS_URL: server.url };
    const { child, ended } = start(["wait", "a", "--partition", "p"], { runtime, env });
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await untilSomebodyWaits(server.url);
      await server.stop(signal);
      server = await startServer(runtime, options);
    }
    await untilSomebodyWaits(server.url);
    await server.stop("SIGKILL");
    expect(child.exitCode).toBe(null);
    // While no server is there: what is recorded satisfies it when it asks again.
    await runCli(["report", "a", "--partition", "p", "--database-url", databaseUrl]);
    server = await startServer(runtime, options);
    const { exitCode, stdout, stderr } = await ended;
    expect([exitCode, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^(runless: the server does not answer, and is asked again: .+\n)+$/);
    await server.stop();
  });

  test("a token that is revoked meanwhile is a 1, as is a key that it is not for", async () => {
    const databaseUrl = `file:${temporaryFolder()}/log.db`;
    const token = async (...args: readonly string[]) =>
      (await runCli(["token", ...args, "--database-url", databaseUrl])).stdout.trim();
    const RUNLESS_TOKEN = await token("create", "--name", "job", "--scope", "read", "--prefix", "a", "--create");
    const other = await token("create", "--name", "other", "--scope", "read");
    const server = await startServer(runtime, { databaseUrl });
    const env = { RUNLESS_URL: server.url, RUNLESS_TOKEN };
    const outside = await runCli(["wait", "b", "--partition", "p"], { runtime, env });
    expect([outside.exitCode, outside.stderr]).toEqual([1, expect.stringContaining("b is none of them")]);
    const { ended } = start(["wait", "a", "--partition", "p"], { runtime, env });
    await untilSomebodyWaits(server.url, { authorization: `Bearer ${other}` });
    await token("revoke", "job");
    expect(await ended).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining("was revoked") });
    await server.stop();
  });
});

test("it asks again after a 408 of the server or of a proxy, and after a 429 and a 503 when they say", async () => {
  const json = (status: number, body: object, headers = {}) => ({ status, body: JSON.stringify(body), headers });
  const answers = [
    json(408, unmet("partition", "missing")),
    { status: 408, body: "<html>Request Time-out</html>", headers: {} },
    json(429, { error: "slower" }, { "retry-after": "1" }),
    json(503, { error: "full" }, { "retry-after": "1" }),
    json(200, { satisfied: true }),
  ];
  const asked: number[] = [];
  const server = createServer((_, response) => {
    asked.push(performance.now());
    const { status, body, headers } = answers[asked.length - 1] ?? json(500, { error: "too many" });
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const { exitCode } = await runCli(["wait", "a", "--partition", "p", "--url", url]);
  expect([exitCode, asked.length]).toEqual([0, 5]);
  for (const after of [3, 4]) expect((asked[after] ?? 0) - (asked[after - 1] ?? 0)).toBeGreaterThan(990);
  server.close();
});

test("it is over within a second of the report that it waits for", async () => {
  const server = await startServer("bun");
  const { ended } = start(["wait", "a", "--partition", "p"], { runtime: "node", env: { RUNLESS_URL: server.url } });
  await untilSomebodyWaits(server.url);
  await report(server.url, "q");
  await report(server.url);
  const committed = performance.now();
  expect((await ended).exitCode).toBe(0);
  expect(performance.now() - committed).toBeLessThan(1000);
  await server.stop();
});
