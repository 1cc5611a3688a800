import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createClient } from "@libsql/client";
import { type DestinationDeps, defaultServerUrl, findDestination } from "../../../adapters/cli/destination.ts";
import { packageInfo } from "../../../adapters/config/package-info.ts";
import { createStartingApp } from "../../../adapters/server/starting-app.ts";
import { runtimes, startServer, temporaryFolder } from "../../server.ts";
import { newFile, patience, runAtTerminal, runCli } from "./run-cli.ts";
import { newSpool } from "./spool/spool-harness.ts";

setDefaultTimeout(patience);

describe("what a command talks to", () => {
  /** Everything is there at once, unless it is taken away. */
  const all: DestinationDeps = {
    env: { RUNLESS_URL: "http://variable", RUNLESS_DATABASE_URL: "file:variable.db", RUNLESS_TOKEN: "of-variable" },
    config: () => ({ url: "http://config", token: "of-config" }),
    exists: () => true,
    probe: async () => "0.1.0",
  };
  const without = { env: {}, config: () => undefined, exists: () => false };
  const server = (url: string, foundBy: string, token?: string) => ({ kind: "server", url, token, foundBy });
  const database = (url: string, foundBy: string) => ({ kind: "database", url, foundBy });

  test("is what an option names, or else a variable, the configuration, a database here, and a runless on port 3000", async () => {
    expect(await findDestination({ url: "http://flag/" }, all)).toMatchObject(
      server("http://flag", "flag", "of-variable"),
    );
    expect(await findDestination({ databaseUrl: "file:x.db" }, all)).toEqual(database("file:x.db", "flag") as never);
    expect(await findDestination({}, all)).toMatchObject(server("http://variable", "variable", "of-variable"));
    const noUrl = { ...all, env: { RUNLESS_DATABASE_URL: "file:variable.db" } };
    expect(await findDestination({}, noUrl)).toMatchObject(database("file:variable.db", "variable"));
    expect(await findDestination({}, { ...all, env: {} })).toMatchObject(
      server("http://config", "configuration", "of-config"),
    );
    expect(await findDestination({}, { ...all, ...without, exists: all.exists })).toMatchObject(
      database("file:runless.db", "folder"),
    );
    expect(await findDestination({}, { ...all, ...without })).toMatchObject(server(defaultServerUrl, "nobody"));
    const nothing = { ...without, probe: async () => undefined };
    expect(findDestination({}, nothing)).rejects.toThrow("Nothing says which log this is about");
    // Only what creates may be told to.
    expect(findDestination({ create: false }, nothing)).rejects.toThrow("--create makes a database here.");
    expect(await findDestination({ create: true }, { ...all, ...without })).toMatchObject(
      database("file:runless.db", "folder"),
    );
  });

  test("gets a token only where somebody named it: the variable's, or that which the configuration has for it", async () => {
    const token = { RUNLESS_TOKEN: "of-variable" };
    const tokenOf = async (options: Parameters<typeof findDestination>[0], deps: DestinationDeps) => {
      const found = await findDestination(options, deps);
      return found.kind === "server" ? found.token : "a database";
    };
    expect(await tokenOf({}, { ...all, ...without, env: token })).toBeUndefined();
    expect(await tokenOf({}, { ...all, env: token })).toBe("of-variable");
    expect(await tokenOf({ url: "http://flag" }, { ...all, env: {} })).toBeUndefined();
    expect(await tokenOf({ url: "http://CONFIG:80/" }, { ...all, env: {} })).toBe("of-config");
    expect(await tokenOf({ url: "http://flag", token: "of-flag" }, all)).toBe("of-flag");
    const unnamed = { ...all, ...without };
    expect(findDestination({ token: "of-flag" }, unnamed)).rejects.toThrow(
      "--token is for a server, and none is named",
    );
  });
});

describe.each([...runtimes])("a server on %s", (runtime) => {
  test("says at /health that it is a runless, and which", async () => {
    const running = await startServer(runtime);
    const { headers } = await fetch(`${running.url}/health`);
    expect(headers.get("runless")).toBe(packageInfo().version);
    await running.stop();
  });
});

test("a server that is starting says it too", async () => {
  const { headers } = await createStartingApp().request("/health");
  expect(headers.get("runless")).toBe(packageInfo().version);
});

const writing = [
  ["report", "a"],
  ["report-observation", "a"],
  ["report-check", "a", "--check-name", "c", "--passed"],
  ["import", "-"],
  ["token", "create", "--name", "a", "--scope", "read"],
];

describe("a command that writes", () => {
  test.concurrent.each(writing)("makes no database without --create: runless %s %s", async (...args) => {
    const folder = temporaryFolder();
    const input = '{"type":"ASSET_OBSERVATION","asset_key":["a"]}\n';
    const missing = ["--database-url", `file:${join(folder, "log.db")}`];
    const refused = await runCli([...args, ...missing], { input });
    expect([refused.exitCode, refused.stdout]).toEqual([3, ""]);
    expect(refused.stderr).toContain("There is no database file:");
    expect(refused.stderr).toContain("--create makes this one.");
    expect(readdirSync(folder)).toEqual([]);
    expect((await runCli([...args, ...missing, "--create"], { input })).exitCode).toBe(0);
    expect(existsSync(join(folder, "log.db"))).toBe(true);
  });

  test.concurrent.each(writing)("leaves a file alone that is no runless's: runless %s %s", async (...args) => {
    const file = join(temporaryFolder(), "other.db");
    const url = `file:${file}`;
    const client = createClient({ url });
    await client.executeMultiple("PRAGMA journal_mode = DELETE; CREATE TABLE other (x);");
    client.close();
    const before = readFileSync(file);
    const { exitCode, stderr } = await runCli([...args, "--database-url", url], { input: "" });
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`There is no event log in ${url}`)]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("exec runs its command all the same, and says that nothing was reported", async () => {
    const folder = temporaryFolder();
    const env = { RUNLESS_DATABASE_URL: `file:${join(folder, "log.db")}` };
    const { exitCode, stderr } = await runCli(["exec", "a", "--", "sh", "-c", "exit 6"], { env });
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("was not reported: There is no database")]);
    expect(readdirSync(folder)).toEqual([]);
    expect((await runCli(["exec", "a", "--create", "--", "true"], { env })).exitCode).toBe(0);
    expect((await runCli(["asset", "a"], { env })).exitCode).toBe(0);
  });
});

describe("a command that works on a database file", () => {
  test.each(["doctor", "backup x.db", "vacuum", "prune", "token list", "token create --name a --scope read"])(
    "does not take the one that lies here for that of a server: %s",
    async (line) => {
      const config = { XDG_CONFIG_HOME: temporaryFolder() };
      mkdirSync(join(config.XDG_CONFIG_HOME, "runless"));
      const path = join(config.XDG_CONFIG_HOME, "runless", "config.json");
      writeFileSync(path, JSON.stringify({ url: "http://127.0.0.1:9" }));
      for (const [env, by] of [
        [{ RUNLESS_URL: "http://127.0.0.1:9" }, "RUNLESS_URL"],
        [config, path],
      ] as const) {
        const { exitCode, stdout, stderr } = await runCli(line.split(" "), {
          env: { ...newFile().env, ...env },
          ...{},
        });
        // A variable that names a database wins over the configuration.
        if (env === config) expect(exitCode).toBe(0);
        else {
          expect([exitCode, stdout]).toEqual([2, ""]);
          expect(stderr).toContain(`${by} names the server http://127.0.0.1:9. Give --database-url`);
        }
      }
      const { exitCode, stderr } = await runCli(line.split(" "), { env: config });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`${path} names the server http://127.0.0.1:9`)]);
    },
  );

  test("the doctor says which one it has examined", async () => {
    const { env } = newFile();
    const { stdout } = await runCli(["doctor"], { env });
    expect(stdout).toStartWith(`${env.RUNLESS_DATABASE_URL}\n`);
    const json = await runCli(["doctor", "--json"], { env });
    expect(JSON.parse(json.stdout).database).toBe(env.RUNLESS_DATABASE_URL);
  });
});

describe.each(["bun", "node"] as const)("login on %s", (runtime) => {
  const login = (url: string, input: string, env: Readonly<Record<string, string>>) =>
    runCli(["login", url], { runtime, input, env });

  test("writes down the server and its token for this user alone, and commands talk to it", async () => {
    const secret = "rl_0123456789abcdef";
    const server = await startServer("bun", { env: { RUNLESS_TOKENS: `ci:report=${secret} me:admin=${secret}x` } });
    const env = { XDG_CONFIG_HOME: join(temporaryFolder(), "config") };
    const path = join(env.XDG_CONFIG_HOME, "runless", "config.json");
    const { exitCode, stdout, stderr } = await login(`${server.url}/`, `${secret}\n`, env);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toStartWith(`Commands talk to ${server.url} (runless ${packageInfo().version}) from now on.`);
    expect(stdout).toContain(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ url: server.url, token: secret });
    expect([path, dirname(path)].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o700]);

    const report = await runCli(["report", "a"], { runtime, env });
    expect(report).toEqual({ exitCode: 0, stdout: `Recorded as event 1 at ${server.url}.\n`, stderr: "" });
    // A file that others could read does not stay so.
    chmodSync(path, 0o644);
    expect((await login(server.url, `${secret}x`, env)).exitCode).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await runCli(["asset", "a"], { runtime, env })).exitCode).toBe(0);
    await server.stop();
  });

  test("changes nothing where the token is not taken, or no runless answers", async () => {
    const server = await startServer("bun", { env: { RUNLESS_TOKENS: "ci:report=0123456789abcdef" } });
    const env = { XDG_CONFIG_HOME: temporaryFolder() };
    for (const input of ["wrong", "", "two words"]) {
      const { exitCode, stderr } = await login(server.url, input, env);
      expect(exitCode).toBe(input.includes(" ") ? 2 : 1);
      expect(stderr).not.toContain("wrong");
    }
    using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ status: "ok" }) });
    const { exitCode, stderr } = await login(other.url.href, "secret", env);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("There is no runless at")]);
    expect(readdirSync(env.XDG_CONFIG_HOME)).toEqual([]);
    await server.stop();
  });

  test("takes a server that wants no token, and the server does not read what it wrote", async () => {
    const server = await startServer("bun");
    const env = { XDG_CONFIG_HOME: temporaryFolder() };
    expect((await login(server.url, "", env)).exitCode).toBe(0);
    expect((await runCli(["report", "a"], { runtime, env })).exitCode).toBe(0);
    await server.stop();
    const own = await startServer("bun", { env });
    expect(await (await fetch(`${own.url}/api/v1/assets`)).json()).toMatchObject({ assets: [] });
    await own.stop();
  });
});

test("at a terminal login shows nothing of the token", async () => {
  const secret = "0123456789abcdef";
  const server = await startServer("bun", { env: { RUNLESS_TOKENS: `ci:report=${secret}` } });
  const config = temporaryFolder();
  const keys = { question: "Enter): ", answer: `wrong\u0015${secret}x\u007f\r` };
  const { exitCode, shown } = await runAtTerminal(["login", server.url], { XDG_CONFIG_HOME: config }, keys);
  expect(exitCode).toBe(0);
  expect(shown).toContain(`Token for ${server.url}`);
  expect(shown).not.toMatch(/wrong|0123/);
  expect(JSON.parse(readFileSync(join(config, "runless", "config.json"), "utf8")).token).toBe(secret);
  await server.stop();
});

test("a configuration that is none is wrong usage, but for a command that is told where to", async () => {
  const XDG_CONFIG_HOME = temporaryFolder();
  mkdirSync(join(XDG_CONFIG_HOME, "runless"));
  writeFileSync(join(XDG_CONFIG_HOME, "runless", "config.json"), "{");
  const { exitCode, stderr } = await runCli(["assets"], { env: { XDG_CONFIG_HOME } });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("config.json must be a JSON object with a url")]);
  const { env } = newFile();
  expect((await runCli(["assets"], { env: { ...env, XDG_CONFIG_HOME } })).exitCode).toBe(0);
});

test("a redirection is not followed: the token is for the address that was named", async () => {
  const seen: string[] = [];
  using other = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      seen.push(request.headers.get("authorization") ?? "none");
      return Response.json({ id: 1, duplicate: false });
    },
  });
  const away = () => new Response(null, { status: 307, headers: { location: other.url.href } });
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: away });
  for (const runtime of ["bun", "node"] as const) {
    for (const args of [["report", "a"], ["assets"], ["tail"]]) {
      const options = { runtime, env: { RUNLESS_TOKEN: "secret" } };
      const { exitCode } = await newSpool().run([...args, "--url", server.url.href], options);
      expect(exitCode).toBe(1);
    }
  }
  expect(seen).toEqual([]);
});
