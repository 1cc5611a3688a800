import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { visibleName, visibleValue } from "../../../adapters/web/parts/visible-text.ts";
import { firstSeenLine, linesOf } from "../../../adapters/web/values/json-part.ts";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { linksTo, siteOf } from "./site.ts";

const frames = Array.from({ length: 30 }, (_, i) => `  File "/opt/dags/load.py", line ${i}, in step_${i}`);
const last = "sqlalchemy.exc.OperationalError: server closed the connection unexpectedly";
const traceback = ["Traceback (most recent call last):", ...frames, last].join("\n");

const linesTo = (html: string) => html.match(/<span class="lines"><bdi>Traceback/g)?.length;

describe("a text of several lines", () => {
  test("that is cut has its first lines and its last", () => {
    const shown = linesOf({ value: traceback }, 300).split("\n");
    expect(shown[0]).toBe("Traceback (most recent call last):");
    expect(shown.at(-1)).toBe(last);
    expect(shown).toContain("…");
    expect(linesOf({ value: "one\r\ntwo" }, 300)).toBe("one\ntwo");
    expect(linesOf({ value: "x".repeat(400) }, 300)).toBe("x".repeat(301));
  });

  test("has the end that it says, however its store keeps it, and is never longer than asked for", () => {
    const text = fc
      .array(fc.string({ unit: "binary" }), { maxLength: 9 })
      .map((lines) => `${lines.join("\n")}\\u0041"`);
    fc.assert(
      fc.property(text, fc.integer({ min: 8, max: 60 }), (any, most) => {
        const whole = any.toWellFormed();
        for (const part of [{ json: JSON.stringify(whole) }, { value: whole }]) {
          const shown = linesOf(part, most);
          expect(shown.length).toBeLessThanOrEqual(most + 1);
          const at = shown.lastIndexOf("\n…\n");
          if (at === -1 || whole.includes("…")) continue;
          const end = shown.slice(at + 3).replace(/^…\ufffd?/, ""); // half of a pair of surrogates
          const lines = whole.replaceAll("\r\n", "\n").trimEnd();
          if (!end.endsWith("…")) expect(lines.endsWith(end)).toBe(true);
          // Of a last line without room for all of it, the beginning.
          else expect(lines.slice(lines.lastIndexOf("\n") + 1).trim()).toStartWith(end.replace(/\ufffd?…$/, ""));
        }
      }),
    );
  });

  test("begins its last line with the error's name, however long that line is", () => {
    const long = `${traceback}: ${"x".repeat(900)}`;
    for (const part of [{ value: long }, { json: JSON.stringify(long) }]) {
      expect(linesOf(part, 160).split("\n").at(-1)).toMatch(
        /^sqlalchemy\.exc\.OperationalError: server closed the .*…$/,
      );
      expect(firstSeenLine(part, 40)).toStartWith("…sqlalchemy.exc.OperationalError: server");
    }
  });

  test("names its error where it is folded in a list, and is whole where it is unfolded", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 50 }, () =>
        checkEvaluation("a", { checkName: "c", passed: false, metadata: { error: traceback } }),
      ),
    );
    for (const path of ["/events", "/checks", "/assets/a"]) {
      const { html } = await get(path);
      const [, folded = "", unfolded = ""] =
        /<details class="metadata"><summary>(.*?)<\/summary>(.*?)<\/details>/s.exec(html) ?? [];
      expect(folded).toContain('<bdi title="The first 60 characters">…sqlalchemy.exc.OperationalError: server closed');
      expect(unfolded).toContain(`<span class="lines"><bdi>${traceback.replaceAll('"', "&quot;")}</bdi></span>`);
    }
    const { html, text } = await get("/events");
    expect(text).not.toContain("What it says");
    expect(linesTo(html)).toBe(50);
    expect(linksTo(html, "All of it")).toContain("/events/1");
  });

  test("is seen by its last line where it is an error, and else by its first", () => {
    for (const part of [{ value: traceback }, { json: JSON.stringify(traceback) }]) {
      expect(firstSeenLine(part, 40)).toBe(`…${last}`);
    }
    expect(firstSeenLine({ value: "select 1\nfrom a" }, 40)).toBe("select 1…");
    expect(firstSeenLine({ value: "one line" }, 40)).toBe("one line");
  });

  test("keeps its line breaks on pages, and a long one is folded under the line that says most", async () => {
    const { get } = await siteOf(
      materialization("a", { description: "first\nsecond", metadata: { log: traceback, note: "one\ntwo" } }),
      checkEvaluation("a", { checkName: "c", passed: false, description: traceback }),
    );
    const { html } = await get("/assets/a");
    expect(html).toContain('<span class="lines"><bdi>first\nsecond</bdi></span>');
    expect(html).toContain('<span class="lines"><bdi>one\ntwo</bdi></span>');
    expect(html).toContain(`<details><summary><bdi>…${last}</bdi></summary><pre tabindex="0"><span class="lines">`);
    expect(html).toContain(`\n${last}</bdi></span></p>`);
    const { html: ofEvent } = await get("/events/1");
    expect(ofEvent).toContain(`<details open=""><summary><bdi>…${last}</bdi>`);
    expect(ofEvent).toContain("in step_14\n");
  });
});

describe("names that look alike", () => {
  test("are told apart where letters of other scripts stand among Latin ones", () => {
    expect(visibleName("еu")).toBe("е⟨0435⟩u");
    expect([visibleName("заказы"), visibleName("日本"), visibleName("größe")]).toEqual(["заказы", "日本", "größe"]);
    expect([visibleName("a\n"), visibleName("a\t")]).toEqual(["a⟨000A⟩", "a⟨0009⟩"]);
  });

  test("are told apart where they are values, in sentences by their words alone", async () => {
    expect(visibleValue("еu  is")).toBe("е⟨0435⟩u␣␣is");
    expect(visibleValue("Сервер API не отвечает")).toBe("Сервер API не отвечает");
    expect([visibleValue("⚠️ late"), visibleValue("👩‍🔬"), visibleValue("a\ufe0f")]).toEqual([
      "⚠️ late",
      "👩‍🔬",
      "a⟨FE0F⟩",
    ]);
    const values = ["e  u", "e\u202eu", "e\u00a0u", "eu "];
    const metadata = {
      ...Object.fromEntries(values.map((value, i) => [`same_${i}`, value])),
      lines: "one  two\n\tthree",
      cut: `${"a".repeat(23)} ${"b".repeat(200)}`,
      table: { type: "table", rawValue: [{ a: "e  u", b: "e\u202eu" }] },
    } as const;
    const tags = { tag: "e  u" };
    const { get } = await siteOf(materialization("a", { metadata, tags }));
    for (const path of ["/assets/a", "/events/1", "/events"]) {
      const { html } = await get(path);
      for (const marked of ["e␣␣u", "e⟨202E⟩u", "e⟨00A0⟩u"]) {
        expect([path, marked, html.includes(`<bdi>${marked}</bdi>`)]).toEqual([path, marked, true]);
      }
      if (path === "/events") continue;
      expect(html).toContain("<bdi>eu␣</bdi>");
      expect(html).toContain('<span class="lines"><bdi>one  two\n\tthree</bdi></span>');
      expect(html).toContain("<td><bdi>e⟨202E⟩u</bdi></td>");
    }
    const { html } = await (await siteOf(materialization("a", { metadata: { cut: metadata.cut } }))).get("/events");
    expect(html).toContain(`${"a".repeat(23)}…</bdi>`);
  });

  test("are marked wherever a name stands: versions, metadata, tags, columns", async () => {
    const name = "v1\u200b";
    const { get } = await siteOf(
      ...[1, 2].map((n) =>
        materialization("a", {
          dataVersion: name,
          tags: { [name]: "x" },
          metadata: { [name]: n },
        }),
      ),
    );
    for (const path of ["/", "/assets/a", "/events/1"]) {
      const { html } = await get(path);
      // JSON is to be copied, and has the name itself.
      const shown = html.replace(/<code.*?<\/code>/gs, "").replace(/<[^>]*>/g, "");
      expect([path, shown.includes("v1⟨200B⟩"), shown.includes(name)]).toEqual([path, true, false]);
    }
    const table = { type: "table", rawValue: [{ [name]: 1 }] } as const;
    const { html } = await (await siteOf(materialization("a", { metadata: { table } }))).get("/assets/a");
    expect(html).toContain('<th scope="col"><bdi>v1⟨200B⟩</bdi></th>');
  });
});

describe("Dagster's table schema", () => {
  const columns = Array.from({ length: 45 }, (_, i) => ({
    name: `column_${i}`,
    type: "bigint",
    description: i === 3 ? "what it holds" : null,
    constraints: { nullable: i !== 0, unique: i === 0, other: i === 0 ? ["> 0", "< 9"] : [] },
    tags: i === 2 ? { pii: "true", "dagster/key": "" } : {},
  }));
  const schema = { type: "table_schema", rawValue: { columns, constraints: { other: ["rows > 0"] } } } as const;

  test("is a table of its own: name, type, constraints, description, tags", async () => {
    const { get } = await siteOf(materialization("a", { metadata: { "dagster/column_schema": schema } }));
    for (const path of ["/assets/a", "/events/1"]) {
      const { html, text } = await get(path);
      const [table = ""] = html.match(/<table class="schema">.*?<\/table>/s) ?? [];
      const rows = table.split("<tr>").slice(1);
      expect(rows).toHaveLength(46);
      expect(table).not.toContain("{");
      const cells = (row: number) =>
        Array.from((rows[row] ?? "").matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs), ([, cell = ""]) =>
          cell.replace(/<[^>]*>/g, ""),
        );
      expect(cells(0)).toEqual(["Column", "Type", "Constraints", "Description", "Tags"]);
      expect(cells(1)).toEqual(["column_0", "bigint", "not null, unique, &gt; 0, &lt; 9", "", ""]);
      expect(cells(3)).toEqual(["column_2", "bigint", "", "", "pii: true, dagster/key"]);
      expect(cells(4)).toEqual(["column_3", "bigint", "", "what it holds", ""]);
      expect(text).toContain("Of the table: rows > 0");
      const [link = ""] = linksTo(html, "45 columns");
      expect(html).toContain(`<section id="${link.slice(1)}"`);
    }
    expect((await get("/events")).text).toContain("dagster/column_schema 45 columns");
  });

  test("says how many of its columns there is room for", async () => {
    const many = { columns: Array.from({ length: 900 }, (_, i) => ({ name: `c${i}`, type: "x" })) };
    const { get } = await siteOf(materialization("a", { metadata: { s: { type: "table_schema", rawValue: many } } }));
    const { html, text } = await get("/assets/a");
    expect(text).toContain("The first 300 columns: the others are in the event’s JSON");
    expect(html).not.toContain(">Constraints<");
  });
});
