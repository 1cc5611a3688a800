import { describe, expect, test } from "bun:test";
import { servedLog } from "../../../adapters/http/served-log.ts";
import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { day, hour, linksTo, noon, siteOf, siteOver } from "./site.ts";

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

  test("says of a bad parameter what is wrong with it, and goes by the others", async () => {
    const { status, headers, text, html } = await (await site()).get("/?quiet=2&search=seen&nonsense=1");
    expect([status, headers.get("content-type")]).toEqual([400, "text/html; charset=utf-8"]);
    expect(text).toContain('Invalid filter There is no parameter "nonsense".');
    expect(text).toContain('The parameter quiet must be 1, 7 or 30 days. Got "2".');
    expect(keysIn(html)).toEqual(["lake/seen"]);
  });

  test("finds words in any order, as the API does", async () => {
    const { get } = await site();
    expect(keysIn((await get("/?search=ord%20lake")).html)).toEqual(["lake/raw/orders"]);
    const { assets } = JSON.parse((await get("/api/v1/assets?search=ord%20lake")).html);
    expect(assets).toMatchObject([{ asset_key: ["lake", "raw", "orders"] }]);
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

  describe("of more assets than a page has rows", () => {
    const keys: readonly AssetKey[] = [
      ...Array.from({ length: 400 }, (_, i): AssetKey => ["lake", `team${i % 8}`, `t${String(i).padStart(3, "0")}`]),
      ...[["alone"], ["z", "one"], ["z", "two"]],
    ];
    const many = () =>
      siteOf(
        ...keys.map((key, i) => materialization(key, { timestamp: noon - (i + 1) * hour })),
        ...[
          check("lake/team3/t003", "a", false),
          check("lake/team3/t395", "b", false),
          check("z/two", "c", false, "WARN"),
        ],
      );

    test("shows groups, with counts of all that is in them and links that lead into them", async () => {
      const { get } = await many();
      const { html, text } = await get("/");
      expect(text).toContain("403 assets 2 failed 1 warned");
      expect(keysIn(html)).toEqual(["alone", "z/one", "z/two"]);
      expect(text).toContain("lake 400 2 failed team0 50 1 h ago");
      expect(text).toContain("team3 50 4 h ago 2 failed team4 50");
      const [href = ""] = linksTo(html, "team3");
      const inside = await get(`/${href}`);
      expect(inside.text).toContain("50 assets 2 failed");
      expect(inside.text).toContain("lake / team3 50 2 failed t003 4 h ago 1 failed");
      expect(keysIn(inside.html)).toHaveLength(50);
    });

    test("counts what its filters find, whatever page of it is shown", async () => {
      const { get } = await many();
      expect((await get("/?state=failing")).text).toContain("3 assets 2 failed 1 warned");
      expect((await get("/?search=team3")).text).toContain("50 assets 2 failed");
      const { text } = await get("/?search=team&quiet=1");
      expect(text).toContain("376 assets 1 failed");
      expect(text).toContain("lake 376 1 failed team0 47");
    });

    test("says which rows are here where even the groups are too many, and leads to the others", async () => {
      const flat = Array.from({ length: 250 }, (_, i) => [`group${String(i).padStart(3, "0")}`]);
      const { get } = await siteOf(
        ...flat.flatMap(([name = ""]) => [materialization([name, "a"]), materialization([name, "b"])]),
      );
      const said: string[] = [];
      const seen: string[] = [];
      for (let path: string | undefined = ""; path !== undefined; ) {
        const { html, text } = await get(`/${path}`);
        said.push(/[\d,]+ assets[^A-Z]*/.exec(text)?.[0].trim() ?? "");
        seen.push(...Array.from(html.matchAll(/<bdi class="leaf">(group\d+)</g), ([, name]) => name ?? ""));
        path = linksTo(html, "Next rows")[0];
      }
      expect(said).toEqual(
        ["1 to 100", "101 to 200", "201 to 250"].map((rows) => `500 assets, rows ${rows} of 250 here`),
      );
      expect(seen).toEqual(flat.flat());
    });

    test("says so where there are more than were counted, and counts the others on the next page", async () => {
      const log = servedLog((await many()).log);
      const cut = new Proxy(log, {
        get: (target, name) => {
          if (name !== "assetStates") return Reflect.get(target, name);
          return (...[filter, page]: Parameters<typeof log.assetStates>) =>
            target.assetStates(filter, { ...page, limit: 300 });
        },
      });
      const { get } = siteOver(cut);
      const first = await get("/");
      expect(first.text).toContain("300+ assets");
      expect(first.text).toContain("lake 299+");
      expect(first.text).toContain("team4 50 ");
      expect(first.text).toContain("team5 49+");
      const [next = ""] = linksTo(first.html, "Further assets");
      const { text } = await get(`/${next}`);
      expect(text).toContain("103 further assets");
      expect(text).toContain("lake 101+");
    });
  });

  test("gives every row as many cells as the table has heads, be it an asset or a group, open or closed", async () => {
    const keys = Array.from({ length: 400 }, (_, i) => `lake/team${i % 8}/t${i}`);
    const { html } = await (await siteOf(...keys.map((key) => materialization(key)))).get("/");
    const rows = Array.from(html.matchAll(/<tr[^>]*>(?:(?!<\/tr>).)*<\/tr>/gs), ([row]) => row);
    const widths = rows.map((row) =>
      Array.from(row.matchAll(/<t[dh](?=[ >/])(?:[^>]*colspan="(\d+)")?/g), ([, span = "1"]) => Number(span)).reduce(
        (sum, cells) => sum + cells,
        0,
      ),
    );
    expect(rows.filter((row) => row.includes('class="group closed"')).length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.includes('class="group"')).length).toBeGreaterThan(0);
    expect(new Set(widths)).toEqual(new Set([6]));
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
