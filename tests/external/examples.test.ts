// The examples that need curl, Python or promtool. tests/external/worker.test.ts has the Worker, tests/examples.test.ts the
// others.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { blockNamed, blocksIn } from "../docs/markdown.ts";
import { eventsOf, walkEvents } from "../read-events.ts";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { startFlakyProxy } from "./flaky-proxy.ts";
import { installPython, python } from "./python.ts";
import { runTool } from "./run-tool.ts";

const examples = join(import.meta.dir, "../../examples");
const today = /^\d{4}-\d\d-\d\d$/;

let server: RunningServer;
beforeAll(async () => {
  await installPython();
  server = await startServer("bun");
}, 180_000);
afterAll(() => server.stop());

/** Runs a program of the examples against the server, through a proxy that refuses the first request and loses the second's answer. */
async function runThroughProxy(command: string, ...args: readonly string[]) {
  const proxy = startFlakyProxy(server.url);
  const output = await runTool("env", [`RUNLESS_URL=${proxy.url}`, command, ...args]);
  await proxy.stop();
  return { output, requests: proxy.count() };
}

describe("cron: report.sh, where there is no runless", () => {
  test("reports with curl, once, also where an answer gets lost", async () => {
    const { output, requests } = await runThroughProxy(
      join(examples, "cron/report.sh"),
      "cron/curl",
      "echo",
      "loading",
    );
    expect([output, requests]).toEqual(["loading\n", 4]);
    expect(await eventsOf(server.url, ["cron", "curl"])).toMatchObject([
      { type: "ASSET_MATERIALIZATION", partition: expect.stringMatching(today) },
      { type: "ASSET_CHECK_EVALUATION", check_name: "exec", passed: true },
    ]);
  }, 60_000);

  test("ends with the job's exit code, and reports a failed check", async () => {
    const command = `RUNLESS_URL=${server.url} ${join(examples, "cron/report.sh")} cron/fails sh -c 'exit 3' || echo $?`;
    expect(await runTool("sh", ["-c", command])).toBe("3\n");
    expect(await eventsOf(server.url, ["cron", "fails"])).toMatchObject([{ check_name: "exec", passed: false }]);
  }, 60_000);
});

describe("python", () => {
  test("report_requests.py reports a materialization and a check, each once", async () => {
    const { output, requests } = await runThroughProxy(
      python,
      join(examples, "python/report_requests.py"),
      "py/r",
      "5",
    );
    expect(requests).toBe(4);
    const recorded = await eventsOf(server.url, ["py", "r"]);
    expect(recorded).toMatchObject([
      {
        partition: expect.stringMatching(today),
        metadata: { rows: { type: "int", raw_value: 5 }, source: { type: "url" } },
      },
      { check_name: "has_rows", passed: true },
    ]);
    expect(JSON.parse(output)).toEqual(recorded.map(({ id }) => id));
  }, 60_000);

  test("report_httpx.py reports many partitions at once, each once", async () => {
    const file = join(examples, "python/report_httpx.py");
    const { requests } = await runThroughProxy(python, file, "py/h", "2026-11-01", "30");
    expect(requests).toBe(3);
    const partitions = (await eventsOf(server.url, ["py", "h"])).map(({ partition }) => partition);
    expect(partitions).toEqual(Array.from({ length: 30 }, (_, i) => `2026-11-${String(i + 1).padStart(2, "0")}`));
  }, 60_000);

  test.each(["report_requests.py", "report_httpx.py"])("%s says what is wrong with a report", async (file) => {
    const run = runTool("env", [
      `RUNLESS_URL=${server.url}`,
      python,
      join(examples, "python", file),
      "/",
      "20261101",
      "1",
    ]);
    await expect(run).rejects.toThrow(/400: .*asset_key/);
  });
});

test("dbt: report_dbt.py reports each model and test, and twice the same is recorded once", async () => {
  const file = join(examples, "dbt/report_dbt.py");
  const before = await Array.fromAsync(walkEvents(server.url));
  const first = await runThroughProxy("python3", file, join(examples, "dbt/target"));
  const again = await runTool("env", [`RUNLESS_URL=${server.url}`, "python3", file, join(examples, "dbt/target")]);
  expect([first.output, again].map((output) => JSON.parse(output).duplicates)).toEqual([13, 13]);
  const recorded = (await Array.fromAsync(walkEvents(server.url))).slice(before.length);
  const built = { type: "ASSET_MATERIALIZATION" };
  const check = { type: "ASSET_CHECK_EVALUATION" };
  const seed = { asset_key: ["shop", "main", "raw_orders"], timestamp: "2026-11-30T01:29:09.240Z" };
  const model = { asset_key: ["shop", "main", "stg_orders"] };
  const accepted = "accepted_values_stg_orders_amount__False__10__20__30";
  const skipped = ["broken", "inc_orders", "totals", "after_broken", "big_view"].map((table) => ({
    ...check,
    asset_key: ["shop", "main", table],
    check_name: "dbt",
    passed: false,
    severity: "WARN",
    timestamp: "2026-11-30T01:29:10.890Z",
  }));
  expect(recorded).toMatchObject([
    { ...built, ...seed, metadata: { rows: { type: "int", raw_value: 4 }, status: { raw_value: "success" } } },
    { ...check, ...seed, check_name: "dbt", passed: true },
    { ...built, ...model, timestamp: "2026-11-30T01:29:10.137Z" },
    { ...check, ...model, check_name: "dbt", passed: true },
    {
      ...check,
      ...model,
      check_name: accepted,
      passed: false,
      severity: "ERROR",
      metadata: { failures: { raw_value: 1 } },
    },
    { ...check, ...model, check_name: "not_null_stg_orders_customer", passed: false, severity: "WARN" },
    { ...check, ...model, check_name: "not_null_stg_orders_id", passed: true, severity: "ERROR" },
    { ...check, ...model, check_name: "unique_stg_orders_id", passed: false, severity: "ERROR" },
    ...skipped,
  ]);
}, 60_000);

test.each([
  // What installs a package, or needs a database of dbt's, is left out.
  ["python", "pip install requests httpx\n", 32],
  ["dbt", "dbt build; ", 13],
])(
  "%s: the commands of its README do what they say",
  async (folder, notHere, count) => {
    const own = await startServer("bun");
    const [block] = blocksIn("README.md", readFileSync(join(examples, folder, "README.md"), "utf8"));
    expect(block?.code).toContain(notHere);
    const code = block?.code.replace(notHere, "") ?? "";
    const variables = [`RUNLESS_URL=${own.url}`, `PATH=${dirname(python)}:${process.env.PATH}`];
    await runTool("env", [`--chdir=${join(examples, folder)}`, ...variables, "bash", "-e", "-c", code]);
    const recorded = await Array.fromAsync(walkEvents(own.url));
    await own.stop();
    expect(recorded.length).toBe(count);
  },
  60_000,
);

describe("grafana: by Prometheus' own promtool,", () => {
  const folder = join(examples, "grafana");
  // Debian's promtool is a part of the package prometheus: .ci/run takes it out.
  const promtool = (...args: readonly string[]) => runTool("promtool", args);

  test("the rules are right, and fire of the numbers that they should fire of", async () => {
    expect(await promtool("check", "rules", join(folder, "rules.yml"))).toContain("12 rules found");
    expect(await promtool("test", "rules", join(folder, "rules_test.yml"))).toContain("SUCCESS");
  });

  test("the manual's configuration is one, with the rules file beside it", async () => {
    const place = temporaryFolder();
    copyFileSync(join(folder, "rules.yml"), join(place, "rules.yml"));
    const token = join(place, "runless-token");
    writeFileSync(token, "rl_secret");
    const { code } = blockNamed("docs/alerting.md: scrape_configs:");
    writeFileSync(join(place, "prometheus.yml"), code.replace("/etc/prometheus/runless-token", token));
    expect(await promtool("check", "config", join(place, "prometheus.yml"))).toContain("12 rules found");
  });

  test("the dashboard's expressions can be read", async () => {
    const { panels } = JSON.parse(readFileSync(join(folder, "dashboard.json"), "utf8")) as Dashboard;
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const rules = expressions.map((expr, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    const file = join(temporaryFolder(), "panels.yml");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "panels", rules }] })); // JSON is YAML
    expect(await promtool("check", "rules", file)).toContain(`${rules.length} rules found`);
  });
});

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}
