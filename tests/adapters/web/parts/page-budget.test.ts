import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { PageBudget } from "../../../../adapters/web/parts/page-budget.ts";
import { type AssetKey, checkEvaluation, materialization, type RunlessEvent } from "../../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { linksTo, logOf, noon, siteOver } from "../site.ts";

const opened: EventLog[] = [];
afterAll(() => Promise.all(opened.map((log) => log.close())));

const stores = {
  memory: logOf,
  libSQL: async (...events: readonly RunlessEvent[]) => {
    const log = await openEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
    opened.push(log);
    for (const event of events) await log.append([[{ event }]]);
    return log;
  },
};

const many = <Value>(count: number, value: (i: number) => Value) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`entry${i}`, value(i)]));
const typed = (type: "md" | "url" | "text" | "path" | "table", rawValue: never) => ({ type, rawValue });
const row = many(30, (i) => i);
const hostile = "&<>\"'".repeat(4000);

/** What one event may hold that is hard on a page. */
const shapes: Readonly<Record<string, () => readonly RunlessEvent[]>> = {
  "a table of 300,000 empty rows behind a broad one": () => [
    materialization("a", {
      metadata: { rows: typed("table", [row, ...Array.from({ length: 300_000 }, () => ({}))] as never) },
    }),
  ],
  "a row of 100,000 columns": () => [
    materialization("a", { metadata: { row: typed("table", [many(100_000, (i) => i)] as never) } }),
  ],
  "500,000 numbers": () => [
    materialization("a", { metadata: { numbers: Array.from({ length: 500_000 }, (_, i) => i) } }),
  ],
  "an object of 100,000 members": () => [materialization("a", { metadata: { members: many(100_000, (i) => i) } })],
  "lists in lists": () => {
    let nested: unknown = [];
    for (let i = 0; i < 300; i++) nested = [nested];
    return [materialization("a", { metadata: { deep: Array.from({ length: 1000 }, () => nested) as never } })];
  },
  "10,000 entries": () => [materialization("a", { metadata: many(10_000, (i) => `${"x".repeat(100)}${i}`) })],
  "200 values of Markdown": () => [
    materialization("a", { metadata: many(200, () => typed("md", "*_".repeat(9500) as never)) }),
  ],
  "150 addresses of ampersands": () => [
    materialization("a", { metadata: many(150, () => typed("url", `https://x/${"&".repeat(19_000)}` as never)) }),
  ],
  "100 paths to copy": () => [
    materialization("a", { metadata: many(100, () => typed("path", '"'.repeat(4000) as never)) }),
  ],
  "marks of HTML in every place": () => [
    ...Array.from({ length: 60 }, (_, i) =>
      materialization(["a", hostile.slice(0, 7000), String(i)], {
        partition: hostile.slice(0, 8000),
        description: hostile,
        dataVersion: hostile,
        tags: many(200, () => hostile.slice(0, 2000)),
        metadata: many(50, () => hostile),
      }),
    ),
    ...Array.from({ length: 60 }, (_, i) =>
      checkEvaluation("a", {
        checkName: `${i}${hostile.slice(0, 8000)}`,
        partition: hostile.slice(0, 8000),
        passed: false,
        description: hostile,
        metadata: many(50, () => hostile),
      }),
    ),
  ],
  "20 events of 10,000 numbers": () =>
    Array.from({ length: 20 }, (_, n) =>
      materialization("a", { timestamp: noon - n, metadata: many(10_000, (i) => i + n / 7) }),
    ),
  "2,000 partitions with long names": () =>
    Array.from({ length: 2000 }, (_, i) => materialization("a", { partition: `${"é&".repeat(500)}${i}` })),
};

const paths = ["/assets/a", "/events?limit=1000", "/events/1", "/", "/checks", "/?prefix=a"];

describe.each(Object.entries(stores))("on %s", (_, open) => {
  test.each(Object.entries(shapes))(
    "%s: each page says the start of it, in some hundred kB at most",
    async (_, events) => {
      const { get } = siteOver(await open(...events()));
      for (const path of paths) {
        const parsed = spyOn(JSON, "parse");
        const { status, html } = await get(path);
        const longest = parsed.mock.calls.reduce((longest, [text]) => Math.max(longest, text.length), 0);
        parsed.mockRestore();
        expect([path, status]).toEqual([path, 200]);
        expect([path, html.length < 400_000]).toEqual([path, true]);
        // A store keeps large JSON as text, and a page parses none of it, but for the tags.
        expect([path, longest < 600_000]).toEqual([path, true]);
      }
    },
  );

  test("the rest is where the page says that it is", async () => {
    const { get } = siteOver(
      await open(materialization("a", { metadata: many(300, (i) => `${"x".repeat(1500)}${i}`) })),
    );
    for (const path of ["/assets/a", "/events/1"]) {
      const { html, text } = await get(path);
      expect(/The first \d+ of 300: the rest is in the event’s JSON/.test(text)).toBe(true);
      const [json = ""] = linksTo(html, "event’s JSON");
      expect(Object.keys(JSON.parse((await get(json)).html).metadata)).toHaveLength(300);
    }
    expect((await get("/event.json?id=2")).status).toBe(404);
    expect((await get("/event.json")).status).toBe(400);
  });

  test("a hundred entries are shown, and the number of the others is said", async () => {
    const { get } = siteOver(await open(materialization("a", { metadata: many(1234, (i) => i) })));
    const { text, html } = await get("/assets/a");
    expect(html.match(/<tr data-name="entry/g)).toHaveLength(100);
    expect(text.includes("The first 100 of 1,234: the rest is in the event’s JSON")).toBe(true);
  });

  test("every row of a page leads on, however full the page is", async () => {
    const keys: readonly AssetKey[] = Array.from({ length: 100 }, (_, i) => [
      "k",
      `${"é".repeat(2000)}${String(i).padStart(3, "0")}`,
    ]);
    const { get } = siteOver(await open(...keys.map((key) => materialization(key))));
    const { html } = await get("/");
    const links = Array.from(html.matchAll(/<a class="asset" href="([^"]*)"/g), ([, href = ""]) => href);
    expect(links).toHaveLength(100);
    expect(links.filter((href) => href.startsWith("/assets/")).length).toBeGreaterThan(0);
    const toEvents = links.filter((href) => href.startsWith("/events/"));
    expect(toEvents.length).toBeGreaterThan(50);
    expect((await get(toEvents.at(-1) ?? "")).status).toBe(200);
  });

  test("partitions with long names come on pages, and none is left out", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${"p".repeat(900)}${String(i).padStart(3, "0")}`);
    const { get } = siteOver(await open(...names.map((partition) => materialization("a", { partition }))));
    const found: string[] = [];
    for (let path: string | undefined = "/assets/a"; path !== undefined; ) {
      const { html } = await get(path);
      expect(html.length).toBeLessThan(200_000);
      for (const [, name = ""] of html.matchAll(/<button name="partition" value="([^"]*)"/g)) found.push(name);
      path = linksTo(html, "The next ones")[0];
    }
    expect(found).toEqual(names);
  });

  test("failing checks are read for as long as they are not too large together", async () => {
    const log = await open(
      ...Array.from({ length: 40 }, (_, i) =>
        checkEvaluation("a", { checkName: `c${i}`, passed: false, metadata: { rows: "x".repeat(300_000) } }),
      ),
    );
    let gets = 0;
    const counted: EventLog = {
      ...log,
      get: (id) => {
        gets++;
        return log.get(id);
      },
    };
    const { html, text } = await siteOver(counted).get("/checks");
    expect(html.match(/<tr id="c/g)?.length).toBe(gets);
    if (open === stores.libSQL) {
      expect(gets).toBeLessThan(16);
      expect(text).toContain(`40 failed, 1 to ${gets} here`);
      const [next = ""] = linksTo(html, "Next checks");
      expect((await siteOver(log).get(`/checks${next}`)).text).toContain(`40 failed, ${gets + 1} to `);
    }
  });
});

test("of what is not text yet no more is looked at than is shown", async () => {
  let reads = 0;
  const rows = Array.from({ length: 100_000 }, (_, i) => ({ i }));
  const rawValue = new Proxy(rows, {
    get: (target, name) => {
      if (typeof name === "string" && /^\d+$/.test(name)) reads++;
      return Reflect.get(target, name);
    },
  });
  const log = await logOf(materialization("a"));
  const [event] = (await log.query({}, { limit: 1, order: "desc" })).events;
  if (event === undefined) return expect.unreachable();
  const metadata = { table: { type: "table", rawValue }, json: { type: "json", rawValue } } as const;
  const found = { ...event, metadata };
  const watched: EventLog = {
    ...log,
    get: async () => found,
    query: async (filter, page) => ({ ...(await log.query(filter, page)), events: [found] }),
  };
  const { get } = siteOver(watched);
  for (const path of ["/assets/a", "/events", "/events/1"]) expect((await get(path)).status).toBe(200);
  expect(reads).toBeGreaterThan(50);
  expect(reads).toBeLessThan(10_000);
});

test("a page of events has a hundred at most", async () => {
  const { get } = siteOver(await logOf(...Array.from({ length: 150 }, (_, i) => materialization(`k${i}`))));
  const { html } = await get("/events?limit=1000");
  expect(html.match(/<tr id="e/g)).toHaveLength(100);
  const [next = ""] = linksTo(html, "Older events");
  expect((await get(`/events${next}`)).html.match(/<tr id="e/g)).toHaveLength(50);
});

describe("a page's budget", () => {
  test("counts what HTML takes, and always leaves a few characters", () => {
    const budget = new PageBudget();
    expect(budget.cut("abc", 2)).toEqual({ text: "ab", isCut: true });
    expect(budget.cut("abc", 3)).toEqual({ text: "abc", isCut: false });
    let written = 5;
    for (let i = 0; i < 100; i++) written += 5 * budget.cut("&".repeat(1000), 1000).text.length;
    expect(written).toBeWithin(55_000, 75_000);
    expect(budget.isSpent).toBe(true);
    expect(budget.cut("x".repeat(100), 60)).toEqual({ text: "x".repeat(24), isCut: true });
    expect(budget.address(1, () => "/")).toBeUndefined();
  });

  test("makes no address that it has no room for", () => {
    expect(new PageBudget().address(70_000, () => expect.unreachable())).toBeUndefined();
    expect(new PageBudget().address(10, () => "/a")).toBe("/a");
  });

  test("takes Markdown for as long as all of it fits", () => {
    const budget = new PageBudget();
    expect([15_000, 6000, 5000, 1].map((length) => budget.takeMarkdown(length))).toEqual([true, false, true, false]);
  });
});
