import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { startServer, temporaryFolder } from "../../../server.ts";
import { runCli } from "../run-cli.ts";

const line = (key: string) =>
  `${JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: [key], description: "x".repeat(2_000) })}\n`;

test("vacuum gives back what a wipe has left, beside a server, and no id comes again", async () => {
  const file = join(temporaryFolder(), "log.db");
  const databaseUrl = `file:${file}`;
  const env = { RUNLESS_URL: "" };
  const server = await startServer("bun", { databaseUrl });
  const imported = await fetch(`${server.url}/api/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: line("kept").repeat(10) + line("gone").repeat(5_000),
  });
  expect(await imported.json()).toMatchObject({ recorded: 5_010 });
  await fetch(`${server.url}/api/v1/assets?asset_key=gone`, { method: "DELETE" });
  // Its rows go in the background.
  const reader = createClient({ url: databaseUrl });
  const isLeft = async () => (await reader.execute("SELECT 1 FROM wiped_asset")).rows.length > 0;
  while (await isLeft()) await new Promise((resolve) => setTimeout(resolve, 20));
  reader.close();

  const shrunk = await runCli(["vacuum", "--database-url", databaseUrl], { env });
  expect([shrunk.exitCode, shrunk.stdout]).toEqual([
    0,
    expect.stringMatching(/^file:\S+ is [\d.]+ KB, 1\d\.\d MB less than before\.\n$/),
  ]);
  const newest = async () => {
    const page = await (await fetch(`${server.url}/api/v1/events?limit=1`)).json();
    return (page as { readonly events: readonly { readonly id: number }[] }).events[0]?.id ?? 0;
  };
  const report = () => fetch(`${server.url}/report_asset_materialization/kept`, { method: "POST" });
  // The newest event goes, and after that a vacuum: the next id is behind it all the same.
  await report();
  const before = await newest();
  await fetch(`${server.url}/api/v1/events/${before}`, { method: "DELETE" });
  await runCli(["vacuum", "--database-url", databaseUrl], { env });
  await report();
  expect(await newest()).toBe(before + 2); // the trace of the wipe lies between
  expect(await server.stop()).toBe(0);
  expect(statSync(file).size).toBeLessThan(2_000_000);
  const doctor = await runCli(["doctor", "--json", "--database-url", databaseUrl], { env });
  expect(JSON.parse(doctor.stdout)).toMatchObject({ healthy: true });
  const again = await runCli(["vacuum", "--database-url", databaseUrl], { env });
  expect(again.stdout).toContain(", 0 bytes less than before.");
}, 60_000);

test("vacuum says what to do about a database that it can't shrink", async () => {
  const url = `file:${join(temporaryFolder(), "other.db")}`;
  const client = createClient({ url });
  await client.executeMultiple("PRAGMA journal_mode = WAL; CREATE TABLE x (y);");
  client.close();
  const { exitCode, stderr } = await runCli(["vacuum", "--database-url", url]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("was not made by runless");
});

test.each([
  ["backup x.db", "copies"],
  ["vacuum", "shrinks"],
])(
  "%s is for a database file",
  async (command, does) => {
    const wrong = ": give --database-url file:<path>.";
    for (const [option, value, problem] of [
      [
        "--url",
        "http://127.0.0.1:9",
        ", and --url names the server http://127.0.0.1:9. Give --database-url file:<path>.",
      ],
      ["--database-url", "http://127.0.0.1:9", wrong],
      ["--database-url", ":memory:", wrong],
    ] as const) {
      const { exitCode, stderr } = await runCli([...command.split(" "), option, value]);
      expect([exitCode, stderr]).toEqual([2, `runless: This ${does} a database file${problem}\n`]);
    }
  },
  30_000,
);
