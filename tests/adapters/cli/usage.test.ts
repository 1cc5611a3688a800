import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { commands } from "../../../adapters/cli/commands.ts";
import { runtimes, startServer } from "../../server.ts";
import { newFile, patience, runCli, startCli, targets } from "./run-cli.ts";
import { newAbsentServer, newSpool } from "./spool/spool-harness.ts";

setDefaultTimeout(patience);

const wrong: readonly (readonly [string, string])[] = [
  ["nope", "unknown command 'nope'"],
  ["events --since soon", "It must be a time (ISO 8601 with a zone"],
  ["partitions a --until 2026-02-30", "It must be a time (ISO 8601 with a zone"],
  ["assets --stale ever", "It must be a time (ISO 8601 with a zone"],
  ["report a --partitions 2026-11-29..2026-09-01", "The first date must not be after the last"],
  ["checks", "Give an asset's key, or --failing"],
  ["events --type nonsense", "Allowed choices are materialization, observation, check, wiped, freshness"],
  ["events --cursor nonsense", "cursor"],
  ["report", "missing required argument 'key'"],
  ["report /", "An asset key is parts joined by /"],
  ["report a --metadata rows", "It must be name=value."],
  ["report a --timestamp noon", "The field timestamp must be a time"],
  ["report-check a --check-name c", "Give --passed or --failed."],
  ["report-check a --check-name c --passed --failed", "cannot be used with option"],
  ["wipe", "Give an asset's key"],
  ["import /no/such/file", "The file can't be read"],
  ["events --url ftp://x", "must be http://… or https://…"],
  ["events --url http://x:99999", "must be http://… or https://…"],
  ["events --token t", "--token is for a server, and none is named"],
  ["report a --url http://127.0.0.1:9 --create", "--create makes a database, and this is about the server"],
  ["report a --database-url :memory:", "goes away with this command"],
  ["login ftp://x", "must be http://… or https://…"],
  ["events --url http://x --database-url file:x", "not both"],
  ["doctor --url http://127.0.0.1:9", "unknown option '--url'"],
  ["serve --nope", "--nope"],
  ["exec k sh -c 4", "stands behind --: runless exec <key> -- <command...>"],
  ["login http://127.0.0.1:9 --token t", "The token is read from standard input: runless login <url> < token.txt"],
  ["events cron/job", "For one asset: runless events --asset-key cron/job"],
  ["tail cron/job", "For one asset: runless tail --asset-key cron/job"],
  ["assets cron/job", "For one asset: runless asset cron/job"],
  ["report cron/job rows=5", "For metadata: --metadata rows=5"],
  ["report --asset-key cron/job", "The key is an argument: runless report <key>"],
  ["checks --stale", "For assets that were not reported: runless assets --stale 24h"],
  ["checks --nope", "There are --url, --token, --database-url, --failing, --prefix, --limit, --cursor, --json."],
];

const target = newFile();
beforeAll(async () => {
  await runCli(["report", "a"], target);
});

test.concurrent.each(wrong)("runless %s is wrong usage: %s", async (line, sentence) => {
  const { exitCode, stdout, stderr } = await runCli(line.split(" "), target);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(sentence);
});

test("what can't be reached has the exit code 3", async () => {
  const server = ["--url", "http://127.0.0.1:9"];
  const file = ["--database-url", "file:/no/such/folder/x.db"];
  const lines = [server, file].flatMap((place) => [
    ["events", ...place],
    ["report", "a", "--no-spool", ...place],
  ]);
  const results = await Promise.all(lines.map((line) => runCli(line)));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([3, 3, 3, 3]);
});

describe.each([...runtimes].filter((runtime) => runtime !== "deno"))("on %s, where nothing listens", (runtime) => {
  const lines = ["events", "tail", "export", "report a --no-spool", "login", "flush"];
  test.each(lines)("%s says so in words of its own", async (line) => {
    const [command = "", ...rest] = line.split(" ");
    const { url } = await newAbsentServer();
    const spool = newSpool({ runtime });
    if (command === "flush") await spool.run(["report", "a", "--url", url]);
    const place = command === "login" ? [url] : ["--url", url];
    const { exitCode, stderr } = await spool.run([command, ...rest, ...place]);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("nothing listens there (connection refused)")]);
    expect(stderr).not.toMatch(/Is the computer|ECONNREFUSED|fetch failed/);
  });

  test("login says where something else answers, and that an address has no /api", async () => {
    using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status: 404 }) });
    const { exitCode, stderr } = await runCli(["login", `${other.url.href}api`], { runtime });
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("A server's address has no /api at its end.")]);
  });
});

test("whom a server asks for a token, a command tells where it takes one from", async () => {
  const server = await startServer("bun", { env: { RUNLESS_TOKENS: "ci:report=0123456789abcdef" } });
  const from = "This command takes it from RUNLESS_TOKEN, --token or runless login.";
  for (const token of [[], ["--token", "unknown"]]) {
    for (const line of [["events"], ["report", "a"], ["export"], ["exec", "a"]]) {
      const run = line[0] === "exec" ? ["--", "true"] : [];
      const { stderr } = await runCli([...line, "--url", server.url, ...token, ...run]);
      expect(stderr).toContain(from);
    }
  }
  await server.stop();
});

test("a command that takes no server tells nobody to name one", async () => {
  for (const line of ["doctor", "token list", "backup x.db", "vacuum"]) {
    const { exitCode, stderr } = await runCli(line.split(" "));
    expect([line, exitCode, stderr]).toEqual([
      line,
      3,
      "runless: There is no database file:runless.db. Name one with --database-url.\n",
    ]);
  }
});

test.each([...runtimes])(
  "on %s an unknown flag of the server is one sentence, and not a table of flags",
  async (runtime) => {
    const { stderr } = await runCli(["serve", "--nope"], { runtime });
    expect(stderr).toMatch(/^runless can't start: Unknown option '--nope'.*\. See --help for the flags there are\.\n$/);
  },
);

test("every command has help with examples", async () => {
  const { stdout } = await runCli(["--help"]);
  const names = Array.from(stdout.matchAll(/^ {2}([a-z-]+) (?!command)/gm), ([, name]) => name ?? "").filter(
    (name) => !/^(help|runless)$/.test(name),
  );
  expect(names.length).toBe(commands.length);
  expect(stdout).toContain("Exit codes:");
  const helps = await Promise.all(names.map((name) => runCli([name, "--help"])));
  expect(helps.filter(({ exitCode, stdout }) => exitCode !== 0 || !stdout.includes("\n  $ runless "))).toEqual([]);
});

describe.each([...runtimes])("on %s", (runtime) => {
  test("serve serves, and the command talks to it", async () => {
    const { env } = newFile();
    const server = startCli(["serve", "--port", "0"], { runtime, env });
    const ended = once(server, "exit");
    const [line] = await once(createInterface(server.stdout), "line");
    expect(line).toContain(`(${runtime})`);
    const url = /http:\/\/\S+/.exec(line)?.[0] ?? "";
    expect((await runCli(["report", "a"], { runtime, env: { RUNLESS_URL: url } })).stdout).toBe(
      "Recorded as event 1.\n",
    );
    // Beside the server, on the same file.
    expect((await runCli(["report", "a"], { runtime, env })).stdout).toBe("Recorded as event 2.\n");
    server.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  });

  test("tail over a server, import and export work", async () => {
    const target = await targets["a server"]();
    const line = '{"type":"ASSET_OBSERVATION","asset_key":["a"]}\n';
    const options = { runtime, env: target.env };
    expect((await runCli(["import", "-"], { ...options, input: line })).exitCode).toBe(0);
    expect((await runCli(["export"], options)).stdout).toContain('"asset_key":["a"]');
    expect((await runCli(["tail", "--after", "0", "--limit", "1"], options)).stdout).toContain("observation");
    await target.stop();
  });
});
