import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { demoDays, demoEvents } from "../../../../adapters/cli/demo/demo-events.ts";
import { createMemoryEventLog } from "../../../../storage/index.ts";
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

describe("runless demo", () => {
  test("serves its month until it is told to end, and leaves nothing behind", async () => {
    const child = startCli(["demo", "--port", "0", "--no-open"]);
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
