import { expect, test } from "bun:test";
import { createClient } from "@libsql/client";
import { newFile, runCli } from "./run-cli.ts";

test("the doctor finds a sound database sound, and a summary that lies", async () => {
  const target = newFile();
  for (const args of [
    ["report", "a", "--partition", "p", "--data-version", "v"],
    ["report-check", "a", "--check-name", "c", "--passed"],
    ["report", "b"],
    ["wipe", "b", "--yes"],
  ]) {
    await runCli(args, target);
  }
  const sound = await runCli(["doctor", "--json"], target);
  expect(sound.exitCode).toBe(0);
  expect(JSON.parse(sound.stdout)).toMatchObject({
    healthy: true,
    integrity: [],
    pending_migrations: 0,
    summaries: { recounted: 6, wrong: 0 },
  });

  const client = createClient({ url: target.env.RUNLESS_DATABASE_URL ?? "" });
  await client.execute("UPDATE summary SET events = events + 1 WHERE scope = 1");
  client.close();
  const lying = await runCli(["doctor"], target);
  expect(lying.exitCode).toBe(1);
  expect(lying.stdout).toMatch(/summaries +look +6 recounted, 1 wrong/);
});
