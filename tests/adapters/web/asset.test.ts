import { describe, expect, test } from "bun:test";
import { assetPath } from "../../../adapters/web/parts/asset-path.ts";
import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { day, hour, linksTo, noon, siteOf } from "./site.ts";

describe("an asset's page", () => {
  test.each([
    [["a"]],
    [["s3", "orders"]],
    [["a/b", "c%2Fd"]],
    [["ü", "\u{1f600}", " ", "?#&="]],
    [["", "a"]],
    [["a", "", "b", ""]],
    [["..", "a"]],
    [["a", "."]],
    [["<b>", '"', "'"]],
  ] satisfies [AssetKey][])("is found under the key %j", async (key) => {
    const { get } = await siteOf(materialization(key, { metadata: { mark: "it is here" } }));
    const { status, text } = await get(assetPath(key));
    expect([status, text.includes("it is here")]).toEqual([200, true]);
  });

  test("is found with a slash too many at the end of its address, unless that is another asset's", async () => {
    const { get } = await siteOf(
      materialization(["a", "b"]),
      materialization(["a", "c"]),
      materialization(["a", "c", ""]),
    );
    const { status, text } = await get("/assets/a/b/?range=24h");
    expect([status, text.includes("Latest materialization")]).toEqual([200, true]);
    expect((await get("/assets/a/c/")).text).toContain("(empty)");
    expect((await get("/assets/a/d/")).status).toBe(404);
    expect((await get("/assets/")).status).toBe(404);
  });

  test("of an asset that nothing reported is a 404 that says so, as a page", async () => {
    const { status, text } = await (await siteOf()).get("/assets/no/such");
    expect(status).toBe(404);
    expect(text).toContain("There is no asset no/such: nothing reported it.");
    expect((await (await siteOf()).get("/assets")).status).toBe(404);
  });

  test("shows the latest of everything", async () => {
    const { get } = await siteOf(
      materialization("a", { timestamp: noon - 5 * hour, dataVersion: "v1", description: "what it is" }),
      materialization("a", { timestamp: noon - 90 * day, partition: "p" }),
      observation("a", { timestamp: noon - hour, metadata: { seen: 4 } }),
      checkEvaluation("a", { checkName: "c", passed: false, description: "why it failed", metadata: { bad_rows: 7 } }),
    );
    const { text } = await get("/assets/a");
    for (const said of [
      "Latest observation 1 h ago",
      "Data version v1",
      "1 failed",
      "Materializations 2",
      "Observations 1",
      "Partitions 1",
      "what it is",
      "why it failed",
      "bad_rows 7",
      "seen 4",
    ]) {
      expect(text).toContain(said);
    }
  });

  test("shows each value by its type", async () => {
    const metadata = {
      big: { type: "int", rawValue: "1180591620717411303424" },
      count: 1_234_567,
      ratio: 0.5,
      not_a_number: { type: "float", rawValue: "NaN" },
      yes: true,
      nothing: null,
      link: { type: "url", rawValue: "https://example.org/a?b=c&d" },
      no_link: { type: "url", rawValue: "javascript:alert(1)" },
      file: { type: "path", rawValue: "/var/lib/x" },
      when: { type: "timestamp", rawValue: (noon - 2 * day) / 1000 },
      other: { type: "asset", rawValue: ["x", "y z"] },
      notes: { type: "md", rawValue: "**bold** <script>x</script> [a](javascript:b) [c](https://d.example/)" },
      json: { a: [1, 2.5, { deep: "x".repeat(70) }] },
      rows: { type: "table", rawValue: { records: [{ id: 1, name: "one" }, { id: 2 }] } },
      columns: { type: "table_schema", rawValue: { columns: [{ name: "id", type: "int" }] } },
    } as const;
    const { get } = await siteOf(materialization("a", { metadata }));
    const { html, text } = await get("/assets/a");
    for (const said of [
      "1,180,591,620,717,411,303,424",
      "1,234,567",
      "0.5",
      "NaN",
      "true",
      "null",
      "javascript:alert(1)",
    ]) {
      expect(text).toContain(said);
    }
    expect(linksTo(html, "https://example.org/a?b=c&d")).toContain("https://example.org/a?b=c&d");
    expect(linksTo(html, "javascript:alert(1)")).toEqual([]);
    expect(linksTo(html, "x / y z")).toContain("/assets/x/y%20z");
    expect(html).toContain('data-copy-text="/var/lib/x"');
    expect(html).toContain("<strong>bold</strong> &lt;script&gt;x&lt;/script&gt; [a](javascript:b)");
    expect(linksTo(html, "c")).toEqual(["https://d.example/"]);
    expect(text).toContain("when 2 d ago");
    expect(text).toContain("id name 1 one 2");
    expect(html).toMatch(/<details><summary><code class="json">\{&quot;a&quot;:\[1,2\.5,/);
  });

  test("draws numbers over time without a script, and hands them to the script", async () => {
    const { get } = await siteOf(
      ...[3, 1, 2].map((n) => materialization("a", { timestamp: n * 1000, metadata: { rows: n * 10, text: "x" } })),
    );
    const { html } = await get("/assets/a");
    expect(html).toContain('<div class="plots" data-times="1 1 1"><figure class="plot" data-name="rows" data-at="0"');
    expect(html).toContain('data-values="10 20 30"');
    expect(html.match(/class="sparkline"/g)).toHaveLength(2);
    expect(html).toContain("/plots.js");
    expect((await get("/")).html).not.toContain("plots.js");
  });

  test("says the times of numbers that come together once", async () => {
    const { get } = await siteOf(
      ...[1, 5, 6].map((n) => materialization("a", { timestamp: n * 1000, metadata: { x: n, y: -n } })),
      ...[2, 3].map((n) => materialization("a", { timestamp: n * 1000, metadata: { z: n } })),
    );
    const { html } = await get("/assets/a");
    expect(html).toContain('data-times="1 4 1\n2 1"');
    expect(Array.from(html.matchAll(/data-name="(.)" data-at="(.)"/g), ([, name, at]) => `${name}${at}`)).toEqual([
      ...["x0", "y0", "z1"],
    ]);
  });

  test("draws what fell together in time as one mark, which says how many", async () => {
    const { get } = await siteOf(
      ...[3, 2, 1].map((n) => materialization("a", { timestamp: noon - 90 * day + n, partition: `p${n}` })),
      ...[true, false].map((passed) => checkEvaluation("a", { checkName: "c", passed, timestamp: noon - hour })),
    );
    const { html } = await get("/assets/a");
    const marks = Array.from(html.matchAll(/<rect class="(\w+)"[^>]*><title>([^<]*)/g), ([, state, said]) => [
      state,
      said,
    ]);
    expect(marks).toEqual([
      ["built", "2026-08-25 12:00 UTC: materialized, partition p3, the last of 3"],
      ["passed", "2026-11-23 11:00 UTC: c passed"],
      ["failed", "2026-11-23 11:00 UTC: c failed"],
    ]);
  });

  test("has a cell for each partition, which leads to all that was said of it", async () => {
    const { get } = await siteOf(
      materialization("a", { partition: "new", timestamp: noon - hour }),
      materialization("a", { partition: "old", timestamp: noon - 100 * day, metadata: { rows: 5 } }),
      checkEvaluation("a", { checkName: "c", passed: false, partition: "old", timestamp: noon }),
    );
    const { html } = await get("/assets/a");
    expect(html).toContain('<button name="partition" value="new" class="r1" title="new: 1 h ago"></button>');
    expect(html).toContain('value="old" class="r4 failing" title="old: 3 mo ago, a check fails" tabindex="-1"');
    const chosen = await get("/assets/a?partition=old");
    expect(chosen.text).toContain("Partition old all partitions");
    expect(chosen.html).toContain('id="e2"');
    expect(chosen.html).not.toContain('id="e1"');
    expect((await get("/assets/a?partition=none")).text).toContain("Nothing was reported of it.");
  });

  test("hands thousands of partitions to the script in a few bytes each, and leads to all of them without one", async () => {
    const partitions = Array.from({ length: 1500 }, (_, i) => `p${String(i).padStart(4, "0")}`);
    const { get } = await siteOf(
      ...partitions.map((partition, i) =>
        materialization("a", { partition, timestamp: noon - (i < 3 ? 1 : 900) * hour }),
      ),
    );
    const packed = await get("/assets/a?partition=p0001");
    expect(packed.html).not.toContain('<button name="partition"');
    expect(packed.html).toContain('data-names="0p0000 41 42');
    expect(packed.html).toContain('data-kinds="r1|1 h ago\nr4|37 d ago" data-cells="0 0 0 1 1');
    expect(packed.html).toContain('data-chosen="p0001"');
    const [whole = ""] = linksTo(packed.html, "Show a cell for each");
    const { html } = await get(`/assets/a${whole}`);
    expect(html.match(/<button name="partition"/g)).toHaveLength(1500);
    expect(html).toContain('value="p0001" class="r1" title="p0001: 1 h ago" aria-pressed="true"');
  });

  test("says where the data version changed", async () => {
    const { get } = await siteOf(
      ...["x", "x", "y", "y"].map((dataVersion, i) =>
        materialization("a", { dataVersion, timestamp: noon - (9 - i) * hour }),
      ),
    );
    expect((await get("/assets/a")).text).toContain("Data versions y since 7 h ago x since 9 h ago");
  });

  test("leads to itself as JSON", async () => {
    const { get } = await siteOf(materialization(["a/b", ".."]));
    const [path = ""] = linksTo((await get(assetPath(["a/b", ".."]))).html, "This asset as JSON");
    expect(JSON.parse((await get(path)).html)).toMatchObject({ asset_key: ["a/b", ".."] });
  });
});
