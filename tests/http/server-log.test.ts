import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../adapters/cli/run-cli.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

type Line = Readonly<Record<string, unknown>>;

const linesOf = (server: RunningServer): readonly Line[] =>
  server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

const report = (server: RunningServer, body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${server.url}/report_asset_materialization/a?description=secret`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

describe.each([...runtimes])("the log of a %s server", (runtime) => {
  test("is JSON where nobody sits at a terminal, from the start to the end", async () => {
    const server = await startServer(runtime);
    await server.stop();
    const lines = linesOf(server);
    expect(lines.length).toBe(server.output().trim().split("\n").length);
    expect(lines[0]).toMatchObject({
      level: "INFO",
      message: expect.stringMatching(/^runless \S+ listening on http:/),
    });
    expect(lines.at(-1)).toMatchObject({ level: "INFO", message: "runless has ended" });
  }, 30_000);

  test("is JSON too where a stream ends because its token went, and says in one line that it broke off and why", async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const token = async (...args: readonly string[]) =>
      (
        await runCli(["token", ...args, "--database-url", databaseUrl, ...(args[0] === "create" ? ["--create"] : [])])
      ).stdout.trim();
    const authorization = `Bearer ${await token("create", "--name", "s", "--scope", "read")}`;
    const server = await startServer(runtime, { databaseUrl, env: { RUNLESS_TOKENS: "r:report=0123456789abcdef" } });
    const stream = () => fetch(`${server.url}/api/v1/events/stream`, { headers: { authorization } });
    let isOpen = true;
    const ending = (await stream()).text().then(
      () => "whole",
      () => "torn",
    );
    void ending.then(() => {
      isOpen = false;
    });
    await token("revoke", "s");
    // Each has the stream look, which is when it asks after its token.
    while (isOpen) await report(server, "{}", { authorization: "Bearer 0123456789abcdef" });
    expect(await ending).toBe("torn");
    expect((await stream()).status).toBe(401);
    await server.stop();
    const lines: readonly Line[] = server
      .output()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ message }) => message === "an answer broke off")).toMatchObject([
      { level: "WARN", reason: expect.stringMatching(/^The token s was revoked at /) },
    ]);
  }, 60_000);

  test("says why each request was refused, under the id that its answer has", async () => {
    const server = await startServer(runtime);
    const refused = await report(server, '{"metadata": 1}');
    const named = await report(server, "{", { "x-request-id": "job-7/step.2" });
    const odd = await report(server, "{", { "x-request-id": "two words" });
    expect((await report(server, "{}")).headers.get("x-request-id")).toBeNull();
    await server.stop();
    expect(named.headers.get("x-request-id")).toBe("job-7/step.2");
    const ids = [refused, named, odd].map(({ headers }) => headers.get("x-request-id"));
    expect(ids[0]).toMatch(/^[\da-f-]{36}$/);
    expect(ids[2]).toMatch(/^[\da-f-]{36}$/);
    const found = linesOf(server).filter(({ message }) => message === "request refused");
    expect(found.map((line) => line.request_id)).toEqual(ids);
    expect(found[0]).toMatchObject({
      level: "INFO",
      method: "POST",
      path: "/report_asset_materialization/a",
      status: 400,
      reason: expect.stringContaining("metadata"),
    });
    expect(server.output()).not.toContain("secret");
  }, 30_000);

  test("has a line for every request with --log-level debug, and none without", async () => {
    const quiet = await startServer(runtime);
    const server = await startServer(runtime, { args: ["--log-level", "debug"] });
    for (const each of [quiet, server]) {
      await report(each, "{}", { "x-request-id": "r" });
      await each.stop();
    }
    const answered = (each: RunningServer) => linesOf(each).filter(({ message }) => message === "request answered");
    expect(answered(quiet)).toEqual([]);
    expect(answered(server)).toMatchObject([
      { level: "DEBUG", method: "POST", status: 200, milliseconds: expect.any(Number), request_id: "r" },
    ]);
  }, 30_000);

  test("is text with --log-format text, in which nothing that was sent moves the cursor", async () => {
    const server = await startServer(runtime, { args: ["--log-format", "text"] });
    await fetch(`${server.url}/api/v1/events?${encodeURIComponent("\u001b[2J\u0085")}=1`);
    await server.stop();
    expect(server.output()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INF runless \S+ listening on http:/);
    expect(server.output()).toMatch(/INF request refused method=GET path=\/api\/v1\/events status=400 reason="/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(server.output()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }, 30_000);

  test("leaves out most of a flood of refusals, and says how many", async () => {
    const server = await startServer(runtime);
    for (let sent = 0; sent < 300; sent += 50) await Promise.all(Array.from({ length: 50 }, () => report(server, "{")));
    // What was left out is said with the first refusal of a later second.
    const said = () => linesOf(server).find(({ message }) => message === "more requests were refused");
    let all = 300;
    for (; said() === undefined; all++) await report(server, "{");
    await server.stop();
    const lines = linesOf(server);
    const written = lines.filter(({ message }) => message === "request refused").length;
    const leftOut = lines.reduce((sum, { count = 0 }) => sum + Number(count), 0);
    expect(leftOut).toBeGreaterThan(0);
    expect(written + leftOut).toBeLessThanOrEqual(all);
    expect(written).toBeLessThan(all);
  }, 30_000);
});
