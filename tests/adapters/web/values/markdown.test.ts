import { describe, expect, test } from "bun:test";
import { longestMarkdown, renderMarkdown } from "../../../../adapters/web/values/markdown.ts";
import { materialization } from "../../../../core/index.ts";
import { siteOf } from "../site.ts";

const fill = (unit: string) => unit.repeat(Math.ceil(longestMarkdown / unit.length)).slice(0, longestMarkdown);
const table = (columns: number) => `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n`;

/** What makes Markdown long or slow, each as long as a page renders. */
const hard: Readonly<Record<string, string>> = {
  emphasis: fill("*_"),
  "emphasis that is never closed": fill("**a *b "),
  brackets: fill("["),
  pictures: fill("!["),
  "links in links": fill("[[]("),
  quotes: fill(`${">".repeat(300)} q\n`),
  "deep lists": Array.from({ length: 190 }, (_, i) => `${" ".repeat(i)}- i\n`).join(""),
  "angle brackets": fill("<"),
  "tags that are never closed": fill("<a href='"),
  backticks: fill("`a``b```c````"),
  entities: fill("&amp;"),
  ampersands: fill("&"),
  "a broad table": `${table(200)}${fill("|a|\n")}`.slice(0, longestMarkdown),
  "a broader table": `${table(3000)}${fill("|a|\n")}`.slice(0, longestMarkdown),
  "one address, named by many": `[a]: https://x/${"y".repeat(5000)}\n${fill("[a] ")}`.slice(0, longestMarkdown),
  headings: fill("# a\n"),
  "automatic links": fill("<https://a>"),
};

describe("Markdown that is hard to render", () => {
  test.each(Object.entries(hard))("%s stays of the length that it has, or is text", (_, text) => {
    expect((renderMarkdown(text) ?? text).length).toBeLessThan(9 * longestMarkdown);
  });

  test("is still Markdown where it is not that hard", () => {
    expect(renderMarkdown("|a|b|\n|-|-|\n|1|2|")).toContain("<td>2</td>");
    expect(renderMarkdown("[a]\n\n[a]: https://example.org/")).toContain('<a href="https://example.org/"');
    expect(renderMarkdown(`${table(4)}${"|a|b|\n".repeat(100)}`)?.match(/<tr>/g)).toHaveLength(101);
  });
});

describe("the Markdown of a page", () => {
  const values = (count: number, text: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, { type: "md", rawValue: text } as const]));

  test("is rendered up to 20,000 characters of its source, and then is text", async () => {
    const { get } = await siteOf(materialization("a", { metadata: values(20, `**${"bold ".repeat(300)}end**`) }));
    const { html } = await get("/assets/a");
    expect(html.match(/<div class="markdown">/g)).toHaveLength(13);
    expect(html.match(/<div class="unrendered">/g)?.length).toBeGreaterThan(0);
  });

  test("is text where only a part of it could be rendered, which might say something else", async () => {
    const { get } = await siteOf(materialization("a", { metadata: values(1, `${"x".repeat(20_000)}**bold**`) }));
    const { html } = await get("/assets/a");
    expect(html).toContain('<div class="unrendered"><bdi title="The first 2000 characters">xxx');
    expect(html).not.toContain('<div class="markdown">');
  });
});
