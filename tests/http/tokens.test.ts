import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCli } from "../adapters/cli/run-cli.ts";
import { openConnection } from "../raw-http.ts";
import { readStream } from "../read-stream.ts";
import { type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";

const secret = "0123456789abcdef";
const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;
/** This machine alone reaches it, and the server can't know that. */
const otherHost = ["--host", "127.1"];

async function token(databaseUrl: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli([
    "token",
    ...args,
    "--database-url",
    databaseUrl,
    ...(args[0] === "create" ? ["--create"] : []),
  ]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trimEnd();
}

function headersOf(secret: string | undefined): Record<string, string> {
  return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
}

/** Asks until the answer is this one, which the test's own time limit bounds. */
async function becomes(status: number, ask: () => Promise<Response>): Promise<void> {
  for (;;) {
    const response = await ask();
    await response.body?.cancel();
    if (response.status === status) return;
  }
}

async function startFails(runtime: Runtime, args: readonly string[], databaseUrl = newFile()): Promise<string> {
  const server = await startServer(runtime, { args, databaseUrl }).catch((error: Error) => error);
  if (server instanceof Error) return server.message;
  await server.stop();
  throw new Error("It started.");
}

describe.each([...runtimes])("on %s", (runtime) => {
  test("a server that others can reach does not start without tokens, and says what to do", async () => {
    for (const host of ["127.1", "0.0.0.0", "::"]) {
      const message = await startFails(runtime, ["--host", host]);
      expect(message).toContain("ended with 2");
      expect(message).toContain(`everybody who reaches ${host} could report, read and wipe`);
      expect(message).toContain("runless token create");
    }
  }, 60_000);

  test("it starts with a token in the database or in the configuration, or where it is told to", async () => {
    const databaseUrl = newFile();
    await token(databaseUrl, "create", "--name", "a", "--scope", "read");
    const starts = [
      { databaseUrl, args: otherHost },
      { env: { RUNLESS_TOKENS: `a:read=${secret}` }, args: otherHost },
      { args: [...otherHost, "--insecure"] },
    ];
    const statuses: number[] = [];
    for (const options of starts) {
      const server = await startServer(runtime, options);
      statuses.push((await fetch(`${server.url}/api/v1/events`)).status);
      await server.stop();
    }
    expect(statuses).toEqual([401, 401, 200]);
  }, 60_000);

  test("a token made beside a running server closes and opens it, and revoked it is good no more", async () => {
    const databaseUrl = newFile();
    const server = await startServer(runtime, { databaseUrl });
    const ask = (secret?: string) => fetch(`${server.url}/api/v1/events`, { headers: headersOf(secret) });
    expect((await ask()).status).toBe(200);
    const read = await token(databaseUrl, "create", "--name", "dashboards", "--scope", "read");
    await becomes(401, () => ask());
    expect((await ask(read)).status).toBe(200);
    const blocks = readStream(await fetch(`${server.url}/api/v1/events/stream`, { headers: headersOf(read) }));
    await blocks.next();

    const list = async () => JSON.parse(await token(databaseUrl, "list", "--json")).tokens;
    while ((await list())[0].last_used_at === null);
    await token(databaseUrl, "revoke", "dashboards");
    await becomes(401, () => ask(read));
    expect(await (await ask(read)).json()).toEqual({ error: expect.stringContaining("dashboards was revoked") });
    const rest = async () => {
      while ((await blocks.next()).done !== true);
    };
    await expect(rest()).rejects.toThrow(); // the connection, which has no end
    await server.stop();
  }, 90_000);

  test("with --grace jobs without a token report on until it ends, on this machine alone, and the log names them", async () => {
    const databaseUrl = newFile();
    const server = await startServer(runtime, { databaseUrl });
    const report = (secret?: string, agent = "nightly-job/1") =>
      fetch(`${server.url}/report_asset_materialization/a`, {
        method: "POST",
        headers: { ...headersOf(secret), "user-agent": agent },
      });
    const read = () => fetch(`${server.url}/api/v1/events`);
    expect([(await report()).status, (await read()).status]).toEqual([200, 200]);
    const ci = await token(databaseUrl, "create", "--name", "ci", "--scope", "report", "--grace", "1h");
    await becomes(401, read);
    expect([(await report()).status, (await report(ci)).status, (await report("wrong")).status]).toEqual([
      200, 200, 401,
    ]);
    const wipe = await fetch(`${server.url}/api/v1/assets?asset_key=a`, { method: "DELETE" });
    expect(wipe.status).toBe(401);
    await wipe.body?.cancel();
    expect((await report(undefined, "other-job/2")).status).toBe(200);
    await token(databaseUrl, "revoke", "(no token)");
    await becomes(401, () => report());
    await server.stop();
    const named = server.output().match(/a report without a token.*?(?:nightly-job\/1|other-job\/2)/g) ?? [];
    expect(named.map((line) => /(nightly|other)-job/.exec(line)?.[1])).toEqual(["nightly", "other"]);
  }, 90_000);

  test("a grace opens no server that others can reach, and none with tokens of its own", async () => {
    const databaseUrl = newFile();
    await token(databaseUrl, "create", "--name", "ci", "--scope", "report", "--grace", "1h");
    for (const options of [
      { databaseUrl, args: otherHost },
      { databaseUrl, args: [...otherHost, "--insecure"] },
      { databaseUrl, env: { RUNLESS_TOKENS: `a:read=${secret}` } },
    ]) {
      const server = await startServer(runtime, options);
      const target = `http://127.0.0.1:${server.port}/report_asset_materialization/a`;
      expect((await fetch(target, { method: "POST" })).status).toBe(401);
      await server.stop();
    }
    const server = await startServer(runtime, { databaseUrl });
    expect((await fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" })).status).toBe(200);
    // Nor may a page that has its own name point to here report: while no token is needed for that, names are looked at.
    const connection = await openConnection(server.port, "evil.example");
    expect((await connection.send({ target: "/report_asset_materialization/a" })).status).toBe(403);
    connection.close();
    expect(server.output()).toMatch(/requests need a token, but for reports until \d{4}-/);
    await server.stop();
  }, 90_000);

  test("the database's files hold no secret", async () => {
    const databaseUrl = newFile();
    const made = await token(databaseUrl, "create", "--name", "ci", "--scope", "report");
    const server = await startServer(runtime, { databaseUrl, env: { RUNLESS_TOKENS: `a:read=${secret}` } });
    const report = await fetch(`${server.url}/report_asset_materialization/a`, {
      method: "POST",
      headers: { "dagster-cloud-api-token": made },
    });
    expect(report.status).toBe(200);
    expect((await fetch(`${server.url}/api/v1/events`, { headers: headersOf(secret) })).status).toBe(200);
    const folder = dirname(databaseUrl.slice("file:".length));
    const files = readdirSync(folder);
    expect(files).toContain("runless.db-wal");
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      for (const text of [made, made.slice("rl_".length), secret]) expect(bytes.includes(text)).toBe(false);
    }
    expect(server.output()).not.toContain(secret);
    await server.stop();
  }, 60_000);

  test("a refused request leaves its connection to the next, body or not", async () => {
    const server = await startServer(runtime, { env: { RUNLESS_TOKENS: `a:report=${secret}` } });
    const connection = await openConnection(server.port);
    const send = (body: string, ...more: readonly (readonly [string, string])[]) =>
      connection.send({
        target: "/report_asset_materialization",
        headers: [["content-type", "application/json"], ...more],
        body,
      });
    const json = JSON.stringify({ asset_key: ["a"], metadata: { text: "x".repeat(300_000) } });
    expect((await send(json)).status).toBe(401);
    expect((await send(json)).status).toBe(401);
    expect((await send(json, ["authorization", `Bearer ${secret}`])).status).toBe(200);
    connection.close();
    await server.stop();
  }, 60_000);
});
