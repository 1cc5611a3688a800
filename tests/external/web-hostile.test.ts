import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { assetPath } from "../../adapters/web/parts/asset-path.ts";
import { webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const texts: Readonly<Record<string, string>> = {
  markup: `"'><img src=x onerror="window.evil=1"></bdi></td><script>window.evil=1</script>`,
  "right to left": "\u202egpj.exe\u2066",
  "10 kB": "w".repeat(10_000),
  emoji: "\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u{1f600}",
  controls: "a\u0000\u0007\u001b[31m",
};

/** A server takes no longer partition, nor name of a check. */
const mostName = 8000;

/** A key is in addresses, which servers want shorter. */
const keyOf = (text: string) => ["hostile", text.slice(0, 1500)];

/** Reports with this text in every place that takes one. */
function reportsOf(text: string) {
  const name = text.slice(0, mostName);
  const fields = { asset_key: keyOf(text), partition: name, description: text };
  const types = ["text", "url", "path", "md", "json", "dagster_run"] as const;
  const metadata = {
    ...Object.fromEntries(types.map((type) => [type, { type, raw_value: text }])),
    asset: { type: "asset", raw_value: [text] },
    table: { type: "table", raw_value: [{ [text]: text }] },
    [text]: 1,
  };
  const data = { ...fields, tags: { [text]: text }, data_version: text, metadata };
  return [
    { type: "ASSET_MATERIALIZATION", ...data, timestamp: "2026-01-01T00:00:00Z" },
    { type: "ASSET_OBSERVATION", ...data },
    { type: "ASSET_CHECK_EVALUATION", ...fields, check_name: name, passed: false, metadata },
  ];
}

describe("hostile text does nothing, and leaves the layout as it is", () => {
  const site = webSite();
  beforeAll(() => site.report(...Object.values(texts).flatMap(reportsOf)));

  const places = [
    ...[
      ["the catalog", "/"],
      ["the catalog by latest", "/?sort=latest"],
      ["the events", "/events"],
      ["the checks", "/checks"],
      ["the alerts", "/alerts"],
      ...Object.keys(texts).map((name, i) => [`an event with ${name}`, `/events/${3 * i + 1}`]),
    ],
    ...Object.entries(texts).map(([name, text]) => [
      `the asset with ${name}`,
      assetPath(keyOf(text), { partition: "x" }),
    ]),
    ...Object.entries(texts).map(([name, text]) => [`the history of ${name}`, assetPath(keyOf(text))]),
  ] as const;
  test.each(places.map(([name = "", path = ""]) => [name, path] as const))("on %s", async (_, path) => {
    const page = await site.visit(path);
    if (!path.startsWith("/events/")) await page.locator("#live[data-state=live]").waitFor();
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await page.evaluate("window.evil")).toBeUndefined();
      expect(await page.locator("main img, main iframe, body script").count()).toBe(0);
      const wide = await page.evaluate(
        "[...document.querySelectorAll('main *')].filter((e) => !e.closest('.scroll, pre, svg, .version') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))",
      );
      expect(wide).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      // What was reported can't turn what stands around it.
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('bdi')].every((e) => getComputedStyle(e).unicodeBidi === 'isolate')",
        ),
      ).toBe(true);
    }
  });
});
