import { expect, test } from "bun:test";
import { hashSecret } from "../../../../adapters/config/token-format.ts";
import { openStores, type TokenRecord } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { type CliOptions, newFile, runAtTerminal, runCli, type Target } from "../run-cli.ts";

const run = (target: Target, line: string, options: CliOptions = {}) =>
  runCli(["token", ...line.split(" ")], { ...options, env: { ...target.env, ...options.env } });

async function storedTokens({ env }: Target): Promise<readonly TokenRecord[]> {
  const { log, tokens } = await openStores({ url: env.RUNLESS_DATABASE_URL ?? "" });
  const stored = await tokens.list();
  await log.close();
  return stored;
}

test.each(["bun", "node"] as const)("on %s, create writes the secret alone to standard output", async (runtime) => {
  const target = newFile();
  const before = Date.now();
  const line = "create --name ci --scope read,report --prefix s3/orders --expires 90d";
  const { exitCode, stdout, stderr } = await run(target, line, { runtime });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^rl_[\w-]{43}\n$/);
  expect(stderr).toContain("The token ci may report and read at and below s3/orders until ");
  expect(stderr).not.toContain(stdout.trim());
  const [token] = await storedTokens(target);
  expect(token).toMatchObject({
    name: "ci",
    hash: hashSecret(stdout.trim()),
    scopes: ["report", "read"],
    prefix: ["s3", "orders"],
    revokedAt: null,
  });
  const days = ((token?.expiresAt ?? 0) - before) / 86_400_000;
  expect(days).toBeGreaterThanOrEqual(90);
  expect(days).toBeLessThan(91);
});

test("a name is given once, until it is revoked", async () => {
  const target = newFile();
  await run(target, "create --name ci --scope report");
  const again = await run(target, "create --name ci --scope read");
  expect([again.exitCode, again.stdout]).toEqual([1, ""]);
  expect(again.stderr).toContain("There is a token ci already: revoke it first");
  expect(await run(target, "revoke ci")).toMatchObject({ exitCode: 0, stdout: "Revoked ci.\n" });
  const twice = await run(target, "revoke ci");
  expect([twice.exitCode, twice.stderr]).toEqual([
    1,
    "runless: There is no token ci to revoke: runless token list shows those there are.\n",
  ]);
  expect((await run(target, "create --name ci --scope read --expires 2999-01-01T00:00Z")).exitCode).toBe(0);
  expect((await storedTokens(target)).map(({ scopes, expiresAt }) => [scopes, expiresAt])).toEqual([
    [["report"], null],
    [["read"], Date.UTC(2999, 0, 1)],
  ]);
});

test("that the token which has a name has expired is said, and how to take the name", async () => {
  const target = newFile();
  const { log, tokens } = await openStores({ url: target.env.RUNLESS_DATABASE_URL ?? "" });
  await tokens.create({ name: "ex", hash: "of something", scopes: ["read"], prefix: null, expiresAt: 1 });
  await log.close();
  const taken = await run(target, "create --name ex --scope read");
  expect([taken.exitCode, taken.stderr]).toEqual([
    1,
    "runless: There is a token ex already, which has expired: revoke it first (runless token revoke ex), or take another name.\n",
  ]);
  await run(target, "revoke ex");
  expect((await run(target, "create --name ex --scope read")).exitCode).toBe(0);
});

test("the first token says what it does to jobs that run, and a grace goes with that one alone", async () => {
  const target = newFile();
  const first = await run(target, "create --name a --scope report --grace 2h");
  expect(first.exitCode).toBe(0);
  expect(first.stderr).toMatch(/It is the first token: .* but those who report without one until \d{4}-/);
  const table = await run(target, "list");
  expect(table.stdout).toMatch(/^\(no token\) +report +.* active$/m);
  const second = await run(target, "create --name b --scope report");
  expect(second.stderr).not.toContain("first token");
  const late = await run(target, "create --name c --scope report --grace 2h");
  expect([late.exitCode, late.stderr]).toEqual([2, expect.stringContaining("--grace goes with the first token")]);
  await run(target, "revoke a");
  await run(target, "revoke b");
  expect((await run(target, "create --name d --scope report --grace 2h")).exitCode).toBe(2);
  expect((await runCli(["token", "revoke", "(no token)"], target)).exitCode).toBe(0);
  const other = await run(newFile(), "create --name a --scope report");
  expect(other.stderr).toContain("ask everybody for one within two seconds, and refuse jobs that have none.");
});

test("at a terminal the first token of a log with events is asked for", async () => {
  const create = ({ env }: Target, answer: string, ...more: readonly string[]) => {
    const args = ["token", "create", "--name", "a", "--scope", "read", ...more];
    return runAtTerminal(args, env, { question: "[y/N] ", answer: `${answer}\r` });
  };
  const target = newFile();
  const empty = await create(newFile(), "n");
  expect([empty.exitCode, empty.shown.includes("[y/N]")]).toEqual([0, false]);
  await runCli(["report", "x"], target);
  const no = await create(target, "n");
  expect([no.exitCode, no.shown]).toEqual([1, expect.stringContaining("Nothing was created.")]);
  expect(no.shown).toContain("jobs that have none are refused (--grace 24h lets them report meanwhile). Create it?");
  expect(await storedTokens(target)).toEqual([]);
  expect(await create(target, "y")).toMatchObject({ exitCode: 0, shown: expect.stringContaining("rl_") });
  await run(target, "revoke a");
  expect((await create(target, "n")).shown).not.toContain("[y/N]");
  for (const more of [["--yes"], ["--grace", "1h"]]) {
    const fresh = newFile();
    await runCli(["report", "x"], fresh);
    expect((await create(fresh, "n", ...more)).shown).not.toContain("[y/N]");
  }
});

test.each([
  ["90", 90],
  ["90d", 90],
  ["2w", 14],
])("--expires %s is %d days from now, as --retain-days takes it", async (text, days) => {
  const target = newFile();
  const before = Date.now();
  await run(target, `create --name a --scope read --expires ${text}`);
  const [token] = await storedTokens(target);
  expect(Math.floor(((token?.expiresAt ?? 0) - before) / 86_400_000)).toBe(days);
});

test("list shows every token and no hash, as a table or as JSON", async () => {
  const target = newFile();
  const secret = (await run(target, "create --name ci --scope report --prefix s3")).stdout.trim();
  await run(target, "create --name me --scope admin --expires 30m");
  await run(target, "revoke ci");
  const table = (await run(target, "list")).stdout;
  expect(table).toMatch(
    /^NAME +SCOPES +PREFIX +CREATED +EXPIRES +LAST USED +STATE\nci +report +s3 .* revoked .*\nme +admin .* active\n$/,
  );
  const json = (await run(target, "list --json")).stdout;
  expect(JSON.parse(json)).toMatchObject({
    tokens: [
      { name: "ci", scopes: ["report"], prefix: ["s3"], expires_at: null, last_used_at: null },
      { name: "me", scopes: ["admin"], prefix: null, revoked_at: null },
    ],
  });
  const hash = hashSecret(secret);
  for (const text of [table, json]) expect(text).not.toMatch(new RegExp(`${secret}|${hash}`));
});

test.each([
  ["create --name ci", "required option '--scope"],
  ["create --scope read", "required option '--name"],
  ["create --name a/b --scope read", "It must be 1 to 64 letters, digits"],
  ["create --name ci --scope write", "It must be report, read or admin"],
  ["create --name ci --scope read,read", "It must be report, read or admin"],
  ["create --name ci --scope read --prefix /", "An asset key is parts joined by /"],
  ["create --name ci --scope read --expires soon", "It must be a time to come"],
  ["create --name ci --scope read --expires 0d", "It must be a time to come"],
  ["create --name ci --scope read --expires 2020-01-01T00:00Z", "It must be a time to come"],
  ["create --name ci --scope read --database-url :memory:", "goes away with this command"],
  ["revoke", "missing required argument 'name'"],
  ["nope", "unknown command 'nope'"],
])("runless token %s is wrong usage: %s", async (line, sentence) => {
  const { exitCode, stdout, stderr } = await run(newFile(), line);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(sentence);
});

test("a server's address is no place for tokens, and a database that is not there is not made by looking", async () => {
  const elsewhere = await runCli(["token", "create", "--name", "a", "--scope", "read"], {
    env: { RUNLESS_URL: "http://127.0.0.1:9" },
  });
  expect([elsewhere.exitCode, elsewhere.stdout]).toEqual([2, ""]);
  expect(elsewhere.stderr).toContain(
    "Tokens are kept in a database, and RUNLESS_URL names the server http://127.0.0.1:9.",
  );
  for (const line of ["list", "revoke a"]) {
    const missing = { env: { RUNLESS_DATABASE_URL: `file:${temporaryFolder()}/log.db` }, stop: async () => {} };
    const { exitCode, stderr } = await run(missing, line);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("There is no database");
  }
});
