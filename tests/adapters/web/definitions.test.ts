import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { definitionLimits } from "../../../core/definitions/index.ts";
import { checkEvaluation, materialization, type RunlessEvent } from "../../../core/index.ts";
import { createMemoryDefinitionStore } from "../../../storage/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { day, linksTo, logOf, noon, type Site, siteOver } from "./site.ts";

async function siteWith(assets: readonly object[], ...events: readonly RunlessEvent[]): Promise<Site> {
  const definitions = createMemoryDefinitionStore({ now: () => noon });
  await definitions.replace("team-a", defined(...assets));
  return siteOver(await logOf(...events), definitions);
}

const orders = {
  key: "warehouse/orders",
  description: "One row an order.\nOf all shops.",
  owners: ["team:finance", "anna@example.com"],
  group: "finance",
  tags: { tier: "gold", pii: "" },
  kinds: ["postgres"],
  deps: ["raw/orders", ["raw", "a/b"]],
};

describe("the page of an asset with a definition", () => {
  test("shows who owns it, where it belongs and what it is made from, with links", async () => {
    const { get } = await siteWith([orders], materialization("warehouse/orders"));
    const { html, text } = await get("/assets/warehouse/orders");
    for (const said of [
      "One row an order. Of all shops.",
      "Owners team:finance, anna@example.com",
      "Group finance",
      "Tags tier:gold, pii",
      "Kinds postgres",
      "Made from raw/ orders, raw/ a/b",
    ]) {
      expect(text.replaceAll(/\s*\/\s*/g, "/")).toContain(said.replaceAll(/\s*\/\s*/g, "/"));
    }
    expect(linksTo(html, "team:finance")).toEqual(["/?owner=team%3Afinance"]);
    expect(linksTo(html, "finance")).toEqual(["/?group=finance"]);
    expect(linksTo(html, "tier:gold")).toEqual(["/?tag=tier%3Agold"]);
    expect(html).toContain('href="/assets/raw/orders"');
    expect(html).toContain('href="/assets/raw/a%2Fb"');
  });

  test("is there before anything was reported, and not where only a prefix is defined", async () => {
    const { get } = await siteWith([orders, { prefix: "ml", group: "models" }], materialization("ml/churn"));
    const { status, text } = await get("/assets/warehouse/orders");
    expect([status, text.includes("Latest materialization never")]).toEqual([200, true]);
    expect(text).toContain("Nothing has been reported.");
    expect(text).toContain("Events None yet.");
    expect(text).not.toContain("Wipe this asset");
    expect((await get("/assets/warehouse/orders/")).status).toBe(200);
    expect((await get("/assets/ml/unheard-of")).status).toBe(404);
    expect((await get("/assets/ml/churn")).text).toContain("Group models");
  });

  test("cuts what is too much, and shows no mark-up of others", async () => {
    const long = "<b>".repeat(10_000);
    const many = Array.from({ length: 500 }, (_, i) => `${i}${"x".repeat(500)}`);
    const tags = Object.fromEntries(many.map((name) => [name, "<b>".repeat(100)]));
    const asset = { key: "a", description: long, group: long, tags, kinds: many, deps: many };
    const { get } = await siteWith([asset], materialization("a"));
    const { html, text, status } = await get("/assets/a");
    expect([status, html.includes("<b><b>")]).toEqual([200, false]);
    expect(text).toContain("and 480 more");
    expect(gzipSync(html).byteLength).toBeLessThan(60_000);
    expect(definitionLimits.definitionBytes).toBeGreaterThan(html.length);
  });

  test("has hollow cells for expected days that are not there, up to today, and says them", async () => {
    const start = "2026-11-15";
    const days = Array.from({ length: 8 }, (_, i) => new Date(Date.parse(start) + i * day).toISOString().slice(0, 10));
    const there = days.filter((_, i) => i !== 0 && i !== 3 && i !== 7);
    const events = there.map((partition) => materialization("a", { partition }));
    const { get } = await siteWith([{ key: "a", partitions: { type: "daily", start } }], ...events);
    const { html, text } = await get("/assets/a");
    expect(text).toContain("3 missing: 2026-11-15, 2026-11-18, 2026-11-22");
    const cells = Array.from(
      html.matchAll(/<i class="gap"|<button name="partition" value="([^"]*)"/g),
      ([, name]) => name,
    );
    expect(cells).toEqual(days.map((name) => (there.includes(name) ? name : undefined)));
  });

  test("shows what is missing of other names, and what its definition does not know", async () => {
    const asset = { key: "a", partitions: { type: "static", keys: ["us", "eu", "asia"] } };
    const { get } = await siteWith([asset], ...["eu", "mars"].map((partition) => materialization("a", { partition })));
    const { html, text } = await get("/assets/a");
    expect(text).toContain("2 missing: us, asia");
    expect(text).toContain("1 unexpected: mars");
    expect(html.match(/title="(?:asia|us): missing"/g)).toHaveLength(2);
    const { get: getNever } = await siteWith([asset]);
    expect((await getNever("/assets/a")).text).toContain("3 missing: us, eu, asia");
  });
});

describe("the catalog with definitions", () => {
  const site = () =>
    siteWith(
      [
        orders,
        { key: "raw/orders", owners: ["team:platform"], tags: { tier: "gold" } },
        { key: "raw/stale", group: "finance" },
        { prefix: "ml", group: "models", owners: ["team:finance"] },
      ],
      materialization("warehouse/orders"),
      checkEvaluation("warehouse/orders", { checkName: "c", passed: false }),
      materialization("raw/stale", { timestamp: noon - 10 * day }),
      materialization("ml/churn"),
      materialization("ml/eu/score"),
      materialization("plain"),
    );
  const rowsOf = (html: string) =>
    Array.from(html.matchAll(/<tr[^>]*id="[ag][^"]*".*?<a [^>]*href="([^"]*)"/gs), ([, href = ""]) => href);

  test.each([
    ["group=finance", ["/assets/raw/stale", "/assets/warehouse/orders"]],
    ["owner=team:finance", ["?prefix=%5B%22ml%22%5D", "/assets/warehouse/orders"]],
    ["owner=team:platform", ["/assets/raw/orders"]],
    ["tag=tier", ["/assets/raw/orders", "/assets/warehouse/orders"]],
    ["tag=tier:gold&prefix=raw", ["/assets/raw/orders"]],
    ["tag=tier:silver", []],
    ["group=finance&state=failing", ["/assets/warehouse/orders"]],
    ["group=finance&quiet=7", ["/assets/raw/stale"]],
    ["tag=tier&quiet=7", ["/assets/raw/orders"]],
    ["group=finance&search=ORD", ["/assets/warehouse/orders"]],
    ["owner=team:finance&type=ASSET_CHECK_EVALUATION", ["/assets/warehouse/orders"]],
    ["state=never", ["/assets/raw/orders"]],
  ])("filtered by %s has these", async (query, expected) => {
    const { html, status } = await (await site()).get(`/?${query}`);
    expect([status, rowsOf(html)]).toEqual([200, expected]);
  });

  test("shows what is defined and was never reported, apart from what is there", async () => {
    const { get } = await site();
    const { html, text } = await get("/");
    expect(text).toContain("Defined, never reported raw / orders");
    expect(rowsOf(html)).not.toContain("/assets/raw/orders");
    const { text: filtered } = await get("/?tag=tier");
    expect(filtered).toContain("raw / orders never");
    const { get: ofEmptyLog } = await siteWith([orders]);
    const empty = await ofEmptyLog("/");
    expect(empty.text).toContain("Defined, never reported warehouse / orders");
    expect(empty.text).not.toContain("No asset yet");
  });

  test("without definitions has neither these filters nor that list", async () => {
    const { get } = siteOver(await logOf(materialization("a")));
    const { html } = await get("/");
    expect(html).not.toMatch(/name="owner"|id="never"|Defined, never reported/);
  });

  test("goes through thousands of definitions page by page", async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => ({ key: `k/${i}`, group: i % 500 === 0 ? "rare" : "usual" }));
    const { get } = await siteWith(many);
    const found: string[] = [];
    for (let path = "/?group=rare"; ; ) {
      const { html } = await get(path);
      found.push(...rowsOf(html));
      const [next] = linksTo(html, "Further assets");
      if (next === undefined) break;
      path = `/${next}`;
    }
    expect(found.sort()).toEqual([
      "/assets/k/0",
      "/assets/k/1000",
      "/assets/k/1500",
      "/assets/k/2000",
      "/assets/k/500",
    ]);
    expect((await get("/?group=usual")).text).toContain("Further assets");
  });

  test("says what is wrong with a filter", async () => {
    const { get } = await site();
    const { status, text } = await get(`/?owner=${"x".repeat(201)}`);
    expect([status, text.includes("The parameter owner must be text of at most 200 characters")]).toEqual([400, true]);
  });
});
