import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningServer, startServer, temporaryFolder } from "../../../server.ts";
import { type Fate, startDagster, taken } from "../../destinations/dagster/dagster-server.ts";
import { patience, runCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50)); // the test's own time-out ends it
}

const report = ({ url }: RunningServer, key: string) =>
  fetch(`${url}/report_asset_materialization/${key}`, { method: "POST" });

test("what a Dagster refuses is listed, counted, told by the doctor, and sent again or dropped", async () => {
  let fate: Fate = { isKept: false, answer: 422, body: "no such partition" };
  const dagster = await startDagster(() => fate);
  stops.push(() => dagster.stop());
  const folder = temporaryFolder();
  const file = join(folder, "destinations.json");
  writeFileSync(
    file,
    JSON.stringify({ destinations: [{ name: "prod", type: "dagster", url: dagster.url, allow_private: true }] }),
  );
  const databaseUrl = `file:${join(folder, "runless.db")}`;
  const server = await startServer("bun", { databaseUrl, args: ["--destinations", file] });
  stops.push(() => server.stop());
  const run = async (...args: string[]) => (await runCli(["destinations", ...args, "--url", server.url])).stdout;
  for (const key of ["a", "b", "c"]) await report(server, key);
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  await until(async () => (await metrics()).includes('runless_destination_parked{destination="prod"} 3'));
  expect(await run("list")).toBe(await run());
  expect(await run("parked")).toContain("no such partition");
  expect((await run("parked", "prod")).trim().split("\n")).toHaveLength(4);
  const doctor = await runCli(["doctor", "--database-url", databaseUrl]);
  expect(doctor.stdout + doctor.stderr).toContain(
    "It refused 3 events: `runless destinations parked prod` lists them.",
  );
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/destinations`)).text()).toContain("redeliver 1");
  await run("drop", "1");
  await until(async () => (await metrics()).includes('runless_destination_parked{destination="prod"} 2'));
  fate = taken;
  await run("retry", "--all", "prod");
  await until(async () => (await metrics()).includes('runless_destination_parked{destination="prod"} 0'));
  await until(async () => dagster.kept.length === 2);
  expect(dagster.kept.map(({ asset }) => asset)).toEqual(['["b"]', '["c"]']);
  expect((await runCli(["destinations", "retry", "--url", server.url])).stderr).toContain("an id, or --all <name>");
});
