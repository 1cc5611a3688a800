// The examples that need nothing but npm's packages and bash. Those with curl, Python, dbt and workerd are run by
// tests/external/examples.test.ts and tests/external/worker.test.ts, the rules of Prometheus by tests/docs/alerting.test.ts.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunlessClient } from "../adapters/client.ts";
import { materialization } from "../core/index.ts";
import packageJson from "../package.json" with { type: "json" };
import tsconfig from "../tsconfig.json" with { type: "json" };
import { blocksIn } from "./docs/markdown.ts";
import { shellEnvironment } from "./docs/run-shell.ts";
import { eventsOf } from "./read-events.ts";
import { readStream } from "./read-stream.ts";
import { programs, type RunningServer, startProgram, startServer, temporaryFolder } from "./server.ts";

const examples = join(import.meta.dir, "../examples");
const orders = ["warehouse", "orders"];

/** Starts a program of the examples on a free port, with a database of its own. */
function startExample(file: string): Promise<RunningServer> {
  const cwd = temporaryFolder();
  const env = { PORT: "0", RUNLESS_DATABASE_URL: `file:${join(cwd, "runless.db")}` };
  return startProgram(programs.bun, [join(examples, file)], { cwd, env });
}

describe("the examples", () => {
  const folders = readdirSync(examples).filter((name) => statSync(join(examples, name)).isDirectory());

  test("have a README each, and a line in that of all", () => {
    const all = readFileSync(join(examples, "README.md"), "utf8");
    const missing = folders.filter(
      (folder) => !readdirSync(join(examples, folder)).includes("README.md") || !all.includes(`(${folder}/README.md)`),
    );
    expect(missing).toEqual([]);
  });

  test("import the package by its name, as a project of one's own does", () => {
    const sources = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    expect(sources.length).toBeGreaterThan(2);
    const outside = sources.filter((name) => /from "\.\.\/\.\./.test(readFileSync(join(examples, name), "utf8")));
    expect(outside).toEqual([]);
  });

  test("get this repository's sources by these names: tsconfig.json has a path for each that package.json exports", () => {
    const sources = Object.entries(packageJson.exports).map(([name, { types }]) => [
      name.replace(/^\./, "runless"),
      [types.replace("./dist/", "./").replace(/\.d\.ts$/, ".ts")],
    ]);
    expect(tsconfig.compilerOptions.paths).toEqual(Object.fromEntries(sources));
  });
});

describe("cron: report.sh", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer("bun");
  });
  afterAll(() => server.stop());

  /** Runs commands as cron does: by sh, in the home folder, with the variables of the crontab. */
  async function asCron(command: string) {
    const cwd = temporaryFolder();
    const env = { ...shellEnvironment(cwd), RUNLESS_URL: server.url };
    const child = Bun.spawn(["sh", "-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const [output, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { output, errors, exitCode };
  }
  const script = join(examples, "cron/report.sh");

  test("runs the job with runless exec, ends with its exit code, and reports how it ended", async () => {
    const run = await asCron(`${script} cron/fine echo loading && ${script} cron/wrong sh -c 'echo oh >&2; exit 3'`);
    expect(run).toMatchObject({ output: "loading\n", exitCode: 3 });
    expect(await eventsOf(server.url, ["cron", "fine"])).toMatchObject([
      { type: "ASSET_MATERIALIZATION", partition: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
      { type: "ASSET_CHECK_EVALUATION", check_name: "exec", passed: true },
    ]);
    expect(await eventsOf(server.url, ["cron", "wrong"])).toMatchObject([{ check_name: "exec", passed: false }]);
  });

  test("is what its README calls, and every line of the crontab does what it says", async () => {
    const [block] = blocksIn("README.md", readFileSync(join(examples, "cron/README.md"), "utf8"));
    expect(await asCron(`cd ${join(examples, "cron")} && ${block?.code}`)).toMatchObject({ output: "loading\n" });
    const lines = readFileSync(join(examples, "cron/crontab"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines[0]).toBe("RUNLESS_URL=http://127.0.0.1:3000");
    const commands = lines.slice(1).map((line) => /^(?:[\d*/]+ ){5}(.+)$/.exec(line)?.[1] ?? "");
    expect(commands.length).toBe(3);
    for (const command of commands) {
      const inPlace = command
        .replace("/opt/jobs/load_orders.sh", "true")
        .replaceAll("/opt/jobs", join(examples, "cron"));
      const { exitCode, output } = await asCron(inPlace);
      expect([command, exitCode]).toEqual([command, 0]);
      if (command.includes("--failing")) expect(output).toContain('"asset_key":["cron","wrong"]');
    }
  });
});

describe("hono: app.ts", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startExample("hono/app.ts");
  });
  afterAll(() => server.stop());
  const report = async (path: string, body = "{}", headers = {}) => {
    const init = { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
    const answer = await fetch(`${server.url}/teams/warehouse/${path}`, init);
    return [answer.status, await answer.json()];
  };

  test("records a report once, and has a route that reads it", async () => {
    const key = { "idempotency-key": "k" };
    const path = "report_asset_materialization/warehouse/orders";
    expect(await report(path, '{"metadata": {"rows": 5}}', key)).toEqual([200, { id: 1, duplicate: false }]);
    expect(await report(path, '{"metadata": {"rows": 5}}', key)).toEqual([200, { id: 1, duplicate: true }]);
    const latest = await fetch(`${server.url}/teams/warehouse/latest/orders`);
    expect(await latest.json()).toEqual({ id: 1, at: expect.any(String) });
    expect((await fetch(`${server.url}/teams/warehouse/latest/never`)).status).toBe(404);
  });

  test("refuses what the core refuses, and what is another team's", async () => {
    expect(await report("report_asset_materialization/warehouse/orders", "{")).toMatchObject([
      400,
      { code: "malformed_json" },
    ]);
    expect(await report("anything", "{}")).toMatchObject([400, { code: "unknown_endpoint" }]);
    expect(await report("report_asset_check/sales/orders?check_name=c&passed=true")).toMatchObject([403, {}]);
  });
});

describe("bun-server: server.ts", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startExample("bun-server/server.ts");
  });
  afterAll(() => server.stop());

  test("has all of runless, and a route besides that reads the same log", async () => {
    expect((await fetch(`${server.url}/age/warehouse/orders`)).status).toBe(404);
    const client = new RunlessClient({ url: server.url });
    const timestamp = Date.now() - 3 * 3_600_000;
    await client.reportRunlessAssetEvent(materialization(orders, { timestamp }));
    const { hours } = (await (await fetch(`${server.url}/age/warehouse/orders`)).json()) as { hours: number };
    expect(hours).toBeCloseTo(3, 1);
    expect(await (await fetch(`${server.url}/assets/warehouse/orders`)).text()).toContain("warehouse");
  });

  test("refuses names that others may point at it", async () => {
    const answer = await fetch(`${server.url}/api/v1/assets`, { headers: { host: "evil.example" } });
    expect(answer.status).toBe(403);
  });

  test("ends in order on SIGTERM, and a stream with it", async () => {
    const stream = readStream(await fetch(`${server.url}/api/v1/events/stream?after=0`));
    expect((await stream.next()).done).toBe(false);
    server.process.kill("SIGTERM");
    while (!(await stream.next()).done); // rejects where the connection breaks
    expect(await server.ended).toBe(0);
  });
});
