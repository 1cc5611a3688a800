import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parseDefinitions } from "../../core/definitions/index.ts";
import { parseDestinations } from "../../core/destinations/parse-destinations.ts";
import { markPlaceholders } from "../../core/destinations/placeholders.ts";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { blockNamed, pages } from "./markdown.ts";
import { blocksRunBy } from "./plan.ts";

const read = (file: string) => readFileSync(join(import.meta.dir, "../..", file), "utf8");

const rule = v.looseObject({ alert: v.string(), expr: v.string(), annotations: v.object({ summary: v.string() }) });
const rulesSchema = v.object({ groups: v.array(v.object({ name: v.string(), rules: v.array(rule) })) });
const target = v.looseObject({ expr: v.string() });
const dashboardSchema = v.looseObject({ panels: v.array(v.looseObject({ targets: v.array(target) })) });

const rules = v
  .parse(rulesSchema, Bun.YAML.parse(read("examples/grafana/rules.yml")))
  .groups.flatMap((group) => group.rules);
const dashboard = v.parse(dashboardSchema, JSON.parse(read("examples/grafana/dashboard.json")));
const expressions = [...rules, ...dashboard.panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr);

let server: RunningServer;
let samples: readonly string[];
beforeAll(async () => {
  const path = join(temporaryFolder(), "runless.json");
  // Nothing listens there.
  const hook = { name: "hook", type: "webhook", url: "http://127.0.0.1:1/", secret: btoa("x".repeat(24)) };
  const told = { events: ["ASSET_MATERIALIZATION"], from: "start", allow_private: true };
  writeFileSync(path, JSON.stringify({ destinations: [{ ...hook, ...told }] }));
  server = await startServer("bun", { args: ["--metrics-assets", "--destinations", path] });
  await fetch(`${server.url}/report_asset_materialization/warehouse/orders`, { method: "POST" });
  let scraped = "";
  while (!scraped.includes("runless_destination_deliveries_total{")) {
    scraped = await (await fetch(`${server.url}/metrics`)).text();
  }
  samples = scraped.split("\n").filter((line) => /^[a-z]/.test(line));
});
afterAll(() => server.stop());

/** A metric by the name of its samples, or by that of a histogram, whose samples end with what they count. */
const isThere = (name: string): boolean =>
  samples.some((line) =>
    [name, `${name}_bucket`].some((full) => /[{ ]/.test(line[full.length] ?? "") && line.startsWith(full)),
  );
const metricsIn = (text: string) => text.match(/\b(?:runless|nodejs|process)_[a-z_]*[a-z]\b(?![/.])/g) ?? [];

describe("every metric that is named is one of a real server:", () => {
  test.each(pages.filter((file) => metricsIn(read(file)).length > 0))("in %s", (file) => {
    expect(metricsIn(read(file)).filter((name) => !isThere(name))).toEqual([]);
  });

  test("in the example's rules, their tests and its dashboard", () => {
    const named = [...expressions, read("examples/grafana/rules_test.yml")].flatMap(metricsIn);
    expect(new Set(named).size).toBeGreaterThan(10);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  test("with the labels that it has, and outcomes that there are", () => {
    const wrong = expressions.flatMap((text) =>
      Array.from(text.matchAll(/(runless_\w+)\{(.*?)\}/g), ([, name = "", inside = ""]) => {
        const ofMetric = samples.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
        const missing = Array.from(inside.matchAll(/(\w+)=~?"(.*?)"/g)).filter(([, label, values = ""]) => {
          if (label === "instance") return false; // Prometheus adds it
          const found = ofMetric.flatMap((line) => new RegExp(`${label}="(.*?)"`).exec(line)?.[1] ?? []);
          const asked = label === "outcome" ? values.split("|") : [];
          return found.length === 0 || asked.some((value) => !found.includes(value));
        });
        return missing.map(([text]) => `${name}: ${text}`);
      }).flat(),
    );
    expect(wrong).toEqual([]);
  });

  test("by whose labels the dashboard sums", () => {
    const labels = new Set(samples.flatMap((line) => line.match(/\w+(?==")/g) ?? []));
    const summed = expressions.flatMap((text) =>
      Array.from(text.matchAll(/by \((.*?)\)/g), ([, names = ""]) => names.split(", ")).flat(),
    );
    expect(summed.length).toBeGreaterThan(4);
    expect(summed.filter((label) => !labels.has(label))).toEqual([]);
  });
});

describe("docs/alerting.md", () => {
  const shown: Readonly<Record<string, (code: string) => void>> = {
    "docs/alerting.md: scrape_configs:": (code) => {
      const job = v.looseObject({ job_name: v.string(), static_configs: v.array(v.unknown()) });
      const { scrape_configs } = v.parse(
        v.object({ scrape_configs: v.array(job), rule_files: v.tuple([v.string()]) }),
        Bun.YAML.parse(code),
      );
      // By these names the rules know them.
      const named = expressions.flatMap((text) => text.match(/(?<=job=").*?(?=")/g) ?? []);
      expect(named.sort()).toEqual(scrape_configs.map(({ job_name }) => job_name).sort());
    },
    "docs/alerting.md: - alert: AssetTooOld": (code) => {
      expect(v.parse(v.tuple([rule]), Bun.YAML.parse(code))).toEqual([rules[0]] as never);
    },
    "docs/dagster-behind-runless.md: destinations:": (code) => {
      const { destinations, problems } = parseDestinations(
        Bun.YAML.parse(markPlaceholders(code)),
        () => "dXNlcjpwYXNz",
      );
      expect([destinations?.[0]?.target.type, problems]).toEqual(["dagster", undefined]);
    },
    "docs/definitions.md: # assets.yaml": (code) => expect(parseDefinitions(code)).toHaveLength(3),
    "docs/destinations.md: destinations:": (code) => {
      const named = (name: string) => (name.startsWith("HOOK") ? Buffer.alloc(32).toString("base64") : urls[name]);
      const urls: Readonly<Record<string, string>> = {
        ...{ PAGERDUTY_KEY: "R012", SLACK_URL: "https://hooks.slack.com/x", SMTP_URL: "smtps://u:p@mail.example.com" },
        ...{ TEAMS_URL: "msteams://a/b/c", HEARTBEAT_URL: "https://hc-ping.com/x" },
      };
      const { destinations = [], problems } = parseDestinations(Bun.YAML.parse(markPlaceholders(code)), named);
      expect([destinations.length, problems]).toEqual([6, undefined]);
    },
    "docs/freshness.md: # freshness.yaml": (code) => expect(parseDefinitions(code)).toHaveLength(4),
    "docs/freshness.md: - alert: WatcherStopped": (code) => {
      expect(v.parse(v.tuple([rule]), Bun.YAML.parse(code))).toEqual([rules.at(-1)] as never);
    },
  };

  test("shows a configuration in each of its blocks that fits the rules", () => {
    expect(Object.keys(shown).sort()).toEqual([...blocksRunBy("configuration")]);
    for (const [name, check] of Object.entries(shown)) check(blockNamed(name).code);
  });

  test("says of every alert what sets it off, as the rules file has it", () => {
    const rows = Array.from(read("docs/alerting.md").matchAll(/^\| (\w+) +\| `(.+?)`/gm), ([, alert, expr]) => [
      alert,
      expr?.replaceAll("\\|", "|"),
    ]);
    expect(rows).toEqual(rules.map(({ alert, expr }) => [alert, expr]));
  });
});
