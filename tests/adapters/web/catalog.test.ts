import { describe, expect, test } from "bun:test";
import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { day, hour, linksTo, noon, siteOf } from "./site.ts";

const check = (key: string, checkName: string, passed: boolean, severity: "WARN" | "ERROR" = "ERROR") =>
  checkEvaluation(key, { checkName, passed, severity, timestamp: noon - hour });

const site = () =>
  siteOf(
    materialization("lake/raw/orders", { timestamp: noon - 3 * hour, partition: "p", dataVersion: "v7" }),
    materialization("lake/raw/users", { timestamp: noon - 40 * day }),
    observation("lake/seen", { timestamp: noon - 2 * day }),
    ...[check("lake/raw/orders", "a", true), check("lake/raw/orders", "b", false, "WARN")],
    ...[check("only/checked", "c", false), check("only/checked", "d", true)],
  );

/** The keys in the order of their rows. */
const keysIn = (html: string) =>
  Array.from(html.matchAll(/<a class="asset" href="\/assets\/([^"]*)"/g), ([, path]) => path ?? "");

describe("the catalog", () => {
  test("lists every asset with what is known of it", async () => {
    const { status, html, text } = await (await site()).get("/");
    expect(status).toBe(200);
    expect(keysIn(html)).toEqual(["lake/raw/orders", "lake/raw/users", "lake/seen", "only/checked"]);
    expect(text).toContain("orders 3 h ago 1 warned 1 passed 1 v7");
    expect(text).toContain("users 40 d ago");
    expect(text).toContain("seen 2 d ago");
    expect(text).toContain("checked never 1 failed 1 passed");
  });

  test("says a time exactly, too", async () => {
    const { html } = await (await site()).get("/");
    expect(html).toContain('<time datetime="2026-11-23T09:00:00.000Z" title="2026-11-23 09:00:00 UTC"');
  });

  test("draws the last reports in words for those who can't see them", async () => {
    const { html } = await (await site()).get("/");
    expect(html).toContain('aria-label="Last 3: 1 materialized, 1 passed, 1 warned"');
  });

  test.each([
    ["search=ORD", ["lake/raw/orders"]],
    ["prefix=lake/raw", ["lake/raw/orders", "lake/raw/users"]],
    ["state=failing", ["lake/raw/orders", "only/checked"]],
    ["quiet=1", ["lake/raw/users", "lake/seen", "only/checked"]],
    ["quiet=30", ["lake/raw/users", "only/checked"]],
    ["type=ASSET_OBSERVATION", ["lake/seen"]],
    ["sort=latest", ["lake/raw/orders", "lake/seen", "lake/raw/users", "only/checked"]],
    ["sort=state", ["only/checked", "lake/raw/orders", "lake/raw/users", "lake/seen"]],
    ["sort=reports", ["lake/raw/orders", "only/checked", "lake/raw/users", "lake/seen"]],
    ["search=&state=&quiet=&type=&sort=", ["lake/raw/orders", "lake/raw/users", "lake/seen", "only/checked"]],
  ])("is narrowed and sorted by %p", async (query, keys) => {
    expect(keysIn((await (await site()).get(`/?${query}`)).html)).toEqual(keys);
  });

  test("keeps what was chosen in its form", async () => {
    const { html } = await (await site()).get("/?search=a%22b&state=failing");
    expect(html).toContain('value="a&quot;b"');
    expect(html).toMatch(/<option value="failing" selected="[^"]*">/);
  });

  test("folds keys that begin alike below their prefix, which narrows to it", async () => {
    const { html, text } = await (await site()).get("/");
    expect(linksTo(html, "lake").map((href) => new URLSearchParams(href).get("prefix"))).toEqual(['["lake"]']);
    expect(text).toContain("lake 3 1 warned raw 2 1 warned orders");
    expect(text).toContain("only / checked");
  });

  test("says of a bad parameter what is wrong with it, as a page", async () => {
    const { status, headers, text } = await (await site()).get("/?quiet=2");
    expect([status, headers.get("content-type")]).toEqual([400, "text/html; charset=utf-8"]);
    expect(text).toContain('The parameter quiet must be 1, 7 or 30 days. Got "2".');
  });

  test("goes on page by page, with its filters and the time that they began at", async () => {
    const keys = Array.from({ length: 250 }, (_, i): AssetKey => ["t", `a${String(i).padStart(3, "0")}`]);
    const { get } = await siteOf(...keys.map((key) => materialization(key, { timestamp: noon - 3 * day })));
    const found: string[] = [];
    let path: string | undefined = "/?quiet=1";
    let pages = 0;
    for (; path !== undefined; pages++) {
      const { html } = await get(path);
      found.push(...keysIn(html));
      const [next]: readonly string[] = linksTo(html, "Next 100 assets");
      path = next === undefined ? undefined : `/${next}`;
    }
    expect(found).toEqual(keys.map((key) => key.join("/")));
    expect(pages).toBe(3);
  });

  test("of an empty log shows how to report, to the host that was asked", async () => {
    const { get } = await siteOf();
    const { text } = await get("http://data.example:8080/");
    expect(text).toContain("curl -X POST http://data.example:8080/report_asset_materialization/my_asset");
  });

  test("says that nothing matches where a filter finds nothing", async () => {
    expect((await (await site()).get("/?search=nothing")).text).toContain("No asset matches.");
  });
});
