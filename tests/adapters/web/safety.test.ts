import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { assetPath } from "../../../adapters/web/parts/asset-path.ts";
import { visible, visibleName } from "../../../adapters/web/parts/visible-text.ts";
import { type AssetKey, checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { scriptsOf, siteOf, textOf } from "./site.ts";

/** What every page has in its head. */
const style = /(?<=<title>[^<]*<\/title>.*)<style>([^<]*)<\/style>/;
const script = /(?<=<\/style>)<script type="module">([^<]*)<\/script>/;

const markup = `"'><img src=x onerror=alert(1)></bdi><script>alert(2)</script>`;
const hostile: Readonly<Record<string, string>> = {
  markup,
  "a script's end": "</script></title><!--",
  "right to left": "\u202eevil\u2066\u200f",
  "10 kB": "long ".repeat(2000),
  "one long word": "w".repeat(10_000),
  emoji: "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u{1f600}\u0301",
  controls: "a\u0000b\u0007c\u001b[31m\u007f\u0085",
  nothing: "",
};

/** Every place that a report can put text into. */
function reportsOf(text: string) {
  const key: AssetKey = ["k", text, "z"];
  const fields = { partition: text, description: text, dataVersion: text, tags: { [text]: text } };
  const values = {
    [text]: text,
    url: { type: "url", rawValue: `https://example.org/${text}` },
    bare_url: { type: "url", rawValue: text },
    path: { type: "path", rawValue: text },
    md: { type: "md", rawValue: text },
    run: { type: "dagster_run", rawValue: text },
    asset: { type: "asset", rawValue: [text, "x"] },
    json: { [text]: [text] },
    table: { type: "table", rawValue: [{ [text]: text }] },
    schema: { type: "table_schema", rawValue: { columns: [{ name: text, type: text }] } },
    number: 1,
    [`n${text}`]: 2,
  } as const;
  const check = { checkName: text, passed: false, ...fields, metadata: values };
  const events = [1, 2].map((n) => materialization(key, { ...fields, metadata: { ...values, [`n${text}`]: n } }));
  return { key, events: [...events, observation(key, { ...fields, metadata: values }), checkEvaluation(key, check)] };
}

const pagesOf = (key: AssetKey, text: string) => [
  "/",
  `/?${new URLSearchParams({ search: text.slice(0, 2000) })}`,
  `/?${new URLSearchParams({ prefix: JSON.stringify(key.slice(0, 2)) })}`,
  assetPath(key),
  assetPath(key, { partition: text }),
  "/events",
  `/events?${new URLSearchParams({ asset_key: JSON.stringify(key), partition: text, check_name: text })}`,
  "/checks",
  ...["/events/1", "/events/3", "/events/4"],
  `/assets/${encodeURIComponent(text)}/nothing`,
  `/?${new URLSearchParams({ [text === "" ? "x" : text]: text === "" ? "y" : text })}`,
];

describe("hostile text", () => {
  test.each(Object.entries(hostile))("%s is text on every page, in every place", async (_, text) => {
    const { key, events } = reportsOf(text);
    const { get } = await siteOf(...events);
    for (const path of pagesOf(key, text)) {
      const { html } = await get(path);
      expect([
        path,
        html
          .replace(script, "")
          .replace(style, "")
          .match(/<(img|iframe|script|style|object|embed|base)\b[^>]*/g),
      ]).toEqual([path, null]);
      // Attributes of ours: no handler, no style, whatever was put into the others.
      const tags = html.match(/<[a-z][^\s>]*(?:\s+[^\s"=>]+(?:="[^"]*")?)*\s*\/?>/g) ?? [];
      const names = tags.flatMap((tag) => tag.replaceAll(/="[^"]*"/g, "").match(/\s[^\s>/]+/g) ?? []);
      expect([path, names.filter((name) => /^\s(on|style)/.test(name))]).toEqual([path, []]);
      expect(html).not.toMatch(/href="(?!\/|\?|#|https?:|data:image\/svg)/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      expect(html.replaceAll(/="[^"]*"/g, "")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });

  test("what is shown of markup is the markup itself", async () => {
    const { key, events } = reportsOf(markup);
    const { get } = await siteOf(...events);
    for (const path of ["/", "/events", "/checks", assetPath(key)]) expect((await get(path)).text).toContain(markup);
  });

  test("long text is cut, so that a page stays small", async () => {
    const { key, events } = reportsOf("w".repeat(10_000));
    const { get } = await siteOf(...events);
    for (const path of ["/", "/events", "/checks"]) {
      const text = textOf((await get(path)).html.replaceAll(/="[^"]*"/g, ""));
      expect(text.match(/w+/g)?.every((word) => word.length <= 400)).toBe(true);
    }
    expect((await get(assetPath(key))).html.length).toBeLessThan(400_000);
  });

  test("a character that says nothing is made visible", () => {
    expect(visible("a\u0000\u001b\u007f\u0085\n\tb")).toBe("a\u2400\u241b\u2421\ufffd\n\tb");
  });
});

describe("every page", () => {
  const paths = ["/", "/assets/a", "/events", "/events/1", "/checks", "/assets/none", "/events?since=x"];

  test.each(paths)("%s has a policy that lets nothing in but our own files", async (path) => {
    const { headers, html } = await (await siteOf(materialization("a", { metadata: { n: 1 } }))).get(path);
    const hashOf = (part: RegExp) =>
      createHash("sha256")
        .update(html.match(part)?.[1] ?? "")
        .digest("base64");
    expect(headers.get("content-security-policy")).toBe(
      `default-src 'none'; script-src 'self' 'sha256-${hashOf(script)}'; style-src 'sha256-${hashOf(style)}'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(html.replace(style, "")).not.toMatch(/ style=|<style| on[a-z]+="/);
  });

  test.each(paths)("%s comes compressed to a browser", async (path) => {
    const { get } = await siteOf(materialization("a", { metadata: { n: 1 } }));
    for (const [accepted, taken] of [
      ["gzip, deflate, br, zstd", "br"],
      ["gzip, deflate", "gzip"],
      ["br;q=0, gzip;q=0.5", "gzip"],
      ["identity", null],
    ] as const) {
      const { headers, bytes } = await get(path, { "accept-encoding": accepted });
      expect([headers.get("content-encoding"), headers.get("vary")]).toEqual([
        taken,
        "Sec-Fetch-Dest, Accept-Encoding",
      ]);
      const text = taken === "br" ? brotliDecompressSync(bytes) : taken === "gzip" ? gunzipSync(bytes) : bytes;
      expect(new TextDecoder().decode(text)).toEndWith("</html>");
    }
  });

  test("comes without its style to the script that looks again", async () => {
    const { get } = await siteOf(materialization("a"));
    const { html } = await get("/assets/a", { "sec-fetch-dest": "empty" });
    expect(html).not.toMatch(style);
    expect(html).toContain('<main id="main">');
    expect(scriptsOf(html)).not.toEqual([]);
  });

  test("files come without their comments, and are otherwise what lies in the sources", async () => {
    const { get } = await siteOf();
    const [page = ""] = scriptsOf((await get("/")).html);
    const folder = new URL("../../../adapters/web/browser/", import.meta.url);
    const transpiler = new Bun.Transpiler({ loader: "js" });
    for (const name of readdirSync(folder).filter((name) => name.endsWith(".js"))) {
      const { html: served } = await get(page.replace("page.js", name));
      const source = readFileSync(new URL(name, folder), "utf8");
      expect(served.length).toBeLessThan(source.length);
      expect([name, /\/\*|^\s*\/\//m.test(served)]).toEqual([name, false]);
      expect(transpiler.transformSync(served)).toBe(transpiler.transformSync(source));
    }
  });

  test("files are kept for a year under a name that changes with them", async () => {
    const { get } = await siteOf();
    const files = scriptsOf((await get("/")).html);
    expect(files.map((path) => path.split("/").at(-1))).toEqual(["page.js", "filters.js"]);
    const imported = ["ago", "uPlot", "plots", "grid", "unpack-names"].map(
      (name) => files[0]?.replace("page", name) ?? "",
    );
    for (const path of [...files, ...imported]) {
      const { status, headers, html } = await get(path);
      expect([path, status, headers.get("cache-control")]).toEqual([path, 200, "public, max-age=31536000, immutable"]);
      const { bytes } = await get(path, { "accept-encoding": "gzip, br" });
      expect(new TextDecoder().decode(brotliDecompressSync(bytes))).toBe(html);
    }
    expect((await get("/static/other/page.js")).status).toBe(404);
    expect((await get(`${files[0]}.map`)).status).toBe(404);
  });
});

test("names that differ in what nobody sees look different", () => {
  const names = [
    "a",
    " a",
    "a ",
    "a  ",
    "a b",
    "a  b",
    "a\n",
    "a\r\n",
    "a\t",
    "a\u00a0",
    "a\u200b",
    "a\u2060",
    "a\ufeff",
    "a\u2028",
  ];
  // As a browser lays them out.
  const shown = names.map((name) =>
    visibleName(name)
      .replace(/[\s\p{Cf}]+/gu, " ")
      .trim(),
  );
  expect(new Set(shown).size).toBe(names.length);
  expect(visibleName("2026-11-23")).toBe("2026-11-23");
  expect(visibleName("a b é 日")).toBe("a b é 日");
});
