import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { blockNamed } from "./markdown.ts";
import { blocksRunBy } from "./plan.ts";
import { runShell, type ShellCase } from "./run-shell.ts";

const loadOrders = { "load_orders.sh": "#!/bin/sh\necho loading\n" };
const reportAndExec = [
  {
    type: "ASSET_MATERIALIZATION",
    asset_key: ["warehouse", "orders"],
    partition: "2026-11-23",
    metadata: { rows: { type: "int", raw_value: 5 } },
  },
  { type: "ASSET_MATERIALIZATION" },
  { type: "ASSET_CHECK_EVALUATION", check_name: "exec", passed: true },
];
const reportRaw = "runless report raw/orders --partition 2026-11-29 --url $URL > reported";
const withDatabase = "runless report warehouse/orders --database-url file:runless.db --create";
const cases: Readonly<Record<string, ShellCase>> = {
  "README.md: export RUNLESS_URL=http://127.0.0.1:3000": {
    files: loadOrders,
    check: ({ output, recorded }) => {
      expect(recorded).toMatchObject(reportAndExec);
      expect(output).toContain("loading");
    },
  },
  "docs/cli.md: export RUNLESS_URL=http://127.0.0.1:3000": {
    files: loadOrders,
    before: "meanwhile() { runless report seen/by/tail; }",
    endless: { "runless tail": "seen/by/tail" },
    check: async ({ output, folder, recorded }) => {
      expect(recorded.slice(0, 3)).toMatchObject(reportAndExec);
      expect(output).toMatch(/^ASSET .+^warehouse\/orders /ms);
      const exported = (await Bun.file(join(folder, "events.ndjson")).text()).trimEnd().split("\n");
      const reported = exported.map((line) => JSON.parse(line)).filter(({ type }) => type !== "FRESHNESS_STATE_CHANGE");
      expect(reported.slice(-recorded.length)).toMatchObject([...recorded]);
      expect(output).toContain(`${exported.length} recorded`);
    },
  },
  "docs/definitions.md: export RUNLESS_URL=http://127.0.0.1:3000": {
    files: { "assets.yaml": blockNamed("docs/definitions.md: # assets.yaml").code },
    check: ({ output }) => {
      expect(output).toStartWith(
        "team-a: 3 would be added, 0 would be changed, 0 would be removed, 0 unchanged\nteam-a: 3 added",
      );
      expect(output).toMatch(/^warehouse\/orders +team:finance anna@example.com +finance +daily/m);
      expect(output.match(/^2026-01-0\d/gm)).toEqual(["2026-01-01", "2026-01-02", "2026-01-03"]);
    },
  },
  "docs/deploying.md: runless token create --name ci --scope report --database-url file:/var/lib/runless/runless.db --create":
    {
      before: "export RUNLESS_PORT=0",
      replace: { "file:/var/lib/runless/runless.db": "file:runless.db" },
      endless: { "runless serve --host 0.0.0.0": "listening on http://0.0.0.0" },
      check: ({ output }) => expect(output).toStartWith("rl_"),
    },
  "docs/deploying.md: runless export --database-url file:runless.db > events.ndjson": {
    before: withDatabase,
    replace: { "https://the-new-address": "$URL" },
    check: ({ recorded }) => expect(recorded).toMatchObject([{ asset_key: ["warehouse", "orders"] }]),
  },
  "docs/alerting.md: runless token create --name prometheus --scope read > /etc/prometheus/runless-token": {
    before: withDatabase,
    replace: { "/etc/prometheus/": "" },
    check: async ({ folder }) => expect(await Bun.file(join(folder, "runless-token")).text()).toMatch(/^rl_\S+\n$/),
  },
  "docs/alerting.md: runless alerts --json | grep -q '\"alerts\":\\[\\]' || runless alerts": {
    before: "export RUNLESS_DATABASE_URL=file:runless.db; runless report a --create > recorded",
    check: ({ output }) => expect(output).toBe(""),
  },
  "docs/destinations.md: runless serve --destinations runless.yaml --public-url https://runless.example.com": {
    files: { "runless.yaml": blockNamed("docs/destinations.md: destinations:").code },
    before: [
      "export RUNLESS_PORT=0 PAGERDUTY_KEY=R012 SLACK_URL=https://127.0.0.1/ SMTP_URL=smtp://127.0.0.1",
      `export HOOK_SECRET=${Buffer.alloc(32).toString("base64")} HOOK_SECRET_OLD=${Buffer.alloc(24).toString("base64")}`,
      "export TEAMS_URL=json://127.0.0.1 HEARTBEAT_URL=https://127.0.0.1/",
    ].join("\n"),
    endless: { "runless serve --destinations": "listening on" },
    check: () => {},
  },
  "docs/freshness.md: export RUNLESS_URL=http://127.0.0.1:3000": {
    files: { "freshness.yaml": blockNamed("docs/freshness.md: # freshness.yaml").code },
    check: ({ output, recorded }) => {
      expect(output).toStartWith("team-a: ");
      expect(recorded[0]).toMatchObject({ asset_key: ["raw", "orders"] });
      expect(output).toMatch(/^ASSET +PARTITION +STATE/m);
      expect(output).toMatch(/^ID +SEVERITY +ASSET/m);
    },
  },
  "docs/freshness.md: export RUNLESS_URL=http://127.0.0.1:3000 (2)": {
    check: ({ output }) => {
      expect(output).toMatch(/^Muted warehouse\/orders until .+\nMuted warehouse and all below it until /m);
      expect(output).toMatch(
        /^MUTED +UNTIL +BY\nwarehouse\/\* .+\nwarehouse\/orders .+\nUnmuted warehouse\/orders\.$/m,
      );
    },
  },
  "docs/waiting.md: export RUNLESS_URL=http://127.0.0.1:3000": {
    files: loadOrders,
    before: `${reportRaw} && ${reportRaw.replace("report raw/orders", "report-check raw/orders --check-name no_nulls --passed")}`,
    check: ({ output, recorded }) => {
      expect(recorded.slice(2)).toMatchObject([{ asset_key: ["warehouse", "orders"] }, { check_name: "exec" }]);
      expect(output).toContain("loading");
    },
  },
  "docs/waiting.md: export RUNLESS_URL=http://127.0.0.1:3000 (2)": {
    check: async ({ output, folder }) => {
      expect(output).toBe("ended with 4\n");
      const shown = JSON.parse(blockNamed("docs/waiting.md: {").code);
      expect(await Bun.file(join(folder, "missing.json")).json()).toEqual(shown);
    },
  },
  "docs/web.md: runless token create --name me --scope read": {
    before: withDatabase,
    check: ({ output }) => expect(output).toMatch(/^rl_\S+$/m),
  },
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer("bun");
});
afterAll(() => server.stop());

test("every block of commands has its case here", () => {
  expect(Object.keys(cases).sort()).toEqual([...blocksRunBy("shell")]);
});

test.each(Object.keys(cases))("%s", async (name) => {
  const given = cases[name];
  if (given === undefined) throw new Error("test.each gave another name.");
  await given.check?.(await runShell(blockNamed(name), given, { folder: temporaryFolder(), url: server.url }));
});
