import { describe, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { demoDays, demoEvents } from "../../../../adapters/cli/demo/demo-events.ts";
import { fillDemo } from "../../../../adapters/cli/demo/fill-demo.ts";
import { createMemoryEventLog, openStores, type Stores } from "../../../../storage/index.ts";
import { newFile, patience, runCli, startCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const now = Date.UTC(2026, 10, 23, 12);
const day = 86_400_000;

describe("the demo's month", () => {
  const events = demoEvents(now);

  test("is the same for the same seed, and another for another", () => {
    expect(demoEvents(now)).toEqual(events);
    expect(demoEvents(now, 8)).not.toEqual(events);
  });

  test("is a month of some tens of assets, of every kind, up to now, in the order of its times", () => {
    const times = events.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(now - (demoDays + 1) * day);
    expect(times[0]).toBeLessThan(now - (demoDays - 1) * day);
    expect(times.at(-1)).toBeGreaterThan(now - day / 24);
    expect(times.at(-1)).toBeLessThan(now + 60_000);
    const assets = new Set(events.map(({ assetKey }) => assetKey.join("/"))).size;
    expect([assets > 30, assets < 100]).toEqual([true, true]);
    expect(new Set(events.map(({ type }) => type)).size).toBe(3);
    expect(events.length).toBeGreaterThan(10_000);
  });

  test.each([7, 1, 2, 3])(
    "of the seed %d has checks that fail and warn now, partitions, and a stale asset",
    async (seed) => {
      const log = createMemoryEventLog({ now: () => now });
      await log.append([demoEvents(now, seed).map((event) => ({ event }))]);
      const { assets } = await log.assets({}, { limit: 1000 });
      const failing = assets.flatMap(({ checks }) => checks).filter(({ passed }) => !passed);
      expect(new Set(failing.map(({ severity }) => severity))).toEqual(new Set(["ERROR", "WARN"]));
      expect(failing.length).toBeLessThan(10);
      expect(assets.filter(({ counts }) => counts.partitions > 20).length).toBeGreaterThan(3);
      expect((await log.assets({ quietSince: now - 7 * day }, { limit: 10 })).assets).not.toEqual([]);
    },
  );
});

/** The stores of a database that was filled as if the demo had started then. */
async function filled(at: number, seed = 7): Promise<Stores> {
  let clock = at;
  const stores = await openStores({ url: newFile().env.RUNLESS_DATABASE_URL ?? "", now: () => clock });
  const setClock = (time: number) => {
    clock = time;
  };
  await fillDemo(stores, { now: at, seed, setClock });
  return stores;
}

describe("the demo, whenever it starts,", () => {
  // By day and night, on a Sunday and on a Monday, in summer and in winter.
  test.each(["2026-11-22T00:10Z", "2026-11-23T05:20Z", "2026-07-14T12:00Z", "2026-11-23T21:50Z"])(
    "has late and missing assets, checks that fail, and most on time: %s",
    async (time) => {
      const at = Date.parse(time);
      const { log, definitions, watching } = await filled(at);
      const { alerts } = await watching.alerts({ status: "firing" }, { limit: 100 });
      const names = (kind: string, severity: string) =>
        alerts
          .filter((alert) => alert.kind === kind && alert.severity === severity)
          .map(({ assetKey, checkName }) => [assetKey.at(-1), checkName].filter((part) => part !== null).join(": "))
          .sort();
      expect(names("freshness", "ERROR")).toEqual(["fct_sessions", "meta_campaigns"]);
      expect(names("freshness", "WARN")).toEqual(["globex_feed"]);
      expect(names("check", "ERROR")).toContain("fct_orders: totals_match_ledger");
      const { subjects } = await watching.counts();
      expect([subjects.PASS > 60, subjects.FAIL, subjects.WARN]).toEqual([true, 2, 1]);
      // It was watched as it went: what is late for days says so.
      const late = alerts.find(({ assetKey }) => assetKey.at(-1) === "meta_campaigns");
      expect(at - (late?.since ?? at)).toBeGreaterThan(8 * day);
      const resolved = await watching.alerts({ status: "resolved" }, { limit: 100 });
      expect(resolved.alerts.length).toBeGreaterThan(10);
      const owned = alerts.filter(({ owners }) => owners.length > 0);
      expect(owned.length).toBe(alerts.length);
      expect((await definitions.definitionFor(["warehouse", "core", "fct_orders"]))?.definition.group).toBe("core");
      expect(await log.asset(["raw", "erp", "returns"])).toBeUndefined();
      await log.close();
    },
  );
});

describe("runless demo", () => {
  test("serves its month until it is told to end, and leaves nothing behind", async () => {
    const child = startCli(["demo", "--port", "0", "--no-open"]);
    onTestFinished(() => void child.kill());
    let output = "";
    let url: string | undefined;
    for await (const line of createInterface(child.stdout)) {
      output += line;
      url ??= /listening on (http:\/\/[\d.:]+)/.exec(line)?.[1];
      if (url !== undefined && output.includes("file:/")) break;
    }
    expect(output).toMatch(/\d\d,\d{3} events of \d\d assets, as if of the last 30 days/);
    expect(await (await fetch(`${url}/`)).text()).toContain('href="/assets/warehouse/core/fct_orders"');
    expect(await (await fetch(`${url}/checks`)).text()).toContain("totals_match_ledger");
    const alerts = await (await fetch(`${url}/alerts`)).text();
    for (const shown of ["meta_campaigns", "totals_match_ledger", "late soon"]) expect(alerts).toContain(shown);
    const asset = await (await fetch(`${url}/assets/warehouse/core/fct_sessions`)).text();
    for (const shown of ["Watched partitions", "Next deadline", "Europe/Berlin"]) expect(asset).toContain(shown);
    expect(await (await fetch(`${url}/assets/warehouse/marts/revenue_by_day`)).text()).toContain("missing: ");
    expect(await (await fetch(`${url}/?state=late`)).text()).toContain("meta_campaigns");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    const file = /file:(\/[^",]+\.db)/.exec(output)?.[1] ?? "";
    expect([file.endsWith("runless.db"), existsSync(file)]).toEqual([true, false]);
  });

  test("fills no database that has events", async () => {
    const target = newFile();
    await runCli(["report", "a"], target);
    const { exitCode, stderr } = await runCli([
      "demo",
      "--port",
      "0",
      "--no-open",
      "--database-url",
      target.env.RUNLESS_DATABASE_URL ?? "",
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("The demo fills an empty database, and file:");
  });
});
