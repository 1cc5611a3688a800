import { describe, expect, test } from "bun:test";
import { servedLog } from "../../../adapters/http/served-log.ts";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { formatCursor, parseCursor } from "../../../storage/cursors/cursor.ts";
import { hour, linksTo, logOf, noon, siteOf, siteOver } from "./site.ts";

const check = (checkName: string, passed: boolean, hoursAgo: number, more: object = {}) =>
  checkEvaluation("a", { checkName, passed, timestamp: noon - hoursAgo * hour, ...more });
const idsIn = (html: string) => Array.from(html.matchAll(/<tr id="e(\d+)"/g), ([, id]) => Number(id));

describe("the events page", () => {
  const events = Array.from({ length: 120 }, (_, i) => materialization(i % 2 ? "odd" : "even", { partition: `p${i}` }));

  test("shows the newest events, and older ones page by page", async () => {
    const { get } = await siteOf(...events);
    const first = await get("/events");
    expect(idsIn(first.html)).toEqual(Array.from({ length: 50 }, (_, i) => 120 - i));
    const [next = ""] = linksTo(first.html, "Older events");
    expect(idsIn((await get(`/events${next}`)).html)[0]).toBe(70);
  });

  test("streams what is filtered for, from where the page ends; an older page stays as it is", async () => {
    const { get } = await siteOf(...events);
    const { html } = await get("/events?asset_key=odd&limit=2&type=");
    expect(idsIn(html)).toEqual([120, 118]);
    expect(html).toContain('data-stream="/events/stream?asset_key=odd&amp;after=120"');
    const [next = ""] = linksTo(html, "Older events");
    expect((await get(`/events${next}`)).html).not.toContain("data-stream");
  });

  test("says that it goes by receipt, where the times contradict that", async () => {
    const at = (minutesAgo: number) => materialization("a", { timestamp: noon - minutesAgo * 60_000 });
    const inOrder = await siteOf(at(9), at(8), at(8.5), at(7));
    const late = await siteOf(at(9), at(2), at(8), at(1));
    for (const path of ["/events", "/events?order=asc", "/assets/a"]) {
      expect((await inOrder.get(path)).text).not.toContain("order of receipt");
      expect((await late.get(path)).text).toContain("In the order of receipt: some happened earlier. When What");
    }
  });

  test("exports what is shown, and more of it", async () => {
    const { get } = await siteOf(...events);
    const [path = ""] = linksTo((await get("/events?asset_key=odd&limit=")).html, "Export");
    const lines = (await get(path)).html.trim().split("\n");
    expect(lines).toHaveLength(60);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ asset_key: ["odd"], partition: "p1" });
  });

  test("says what is wrong with a filter beside it, and keeps the rest", async () => {
    const { status, text, html } = await (await siteOf(...events)).get("/events?since=soonish&asset_key=odd&limit=2");
    expect(status).toBe(400);
    expect(text).toContain("Invalid filter The parameter since must be a time");
    expect(text).toContain('Got "soonish". A day (2026-11-29, today, yesterday) or how long ago (24h, 90d) will do.');
    expect(html).toMatch(/name="since" value="soonish"[^>]* aria-invalid="true"/);
    expect(html).toContain('name="asset_key" value="odd"');
    expect(idsIn(html)).toEqual([120, 118]);
    expect(html).toContain('data-stream="/events/stream?asset_key=odd&amp;after=120"');
  });

  test("takes times as the command line does, and keeps to them from page to page", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 40 }, (_, i) => materialization("a", { timestamp: noon - (40 - i) * hour })),
    );
    const ids = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);
    const first = await get("/events?since=24h&limit=20");
    expect([first.status, idsIn(first.html)]).toEqual([200, ids(40, 21)]);
    expect(first.html).toContain('name="since" value="24h"');
    const since = encodeURIComponent(new Date(noon - 24 * hour).toISOString());
    expect(first.html).toContain(`since=${since}&amp;after=40`);
    expect(linksTo(first.html, "Export")).toEqual([`/events/export?since=${since}&limit=20`]);
    const [next = ""] = linksTo(first.html, "Older events");
    expect(idsIn((await get(`/events${next}`)).html)).toEqual(ids(20, 17));
    expect(idsIn((await get("/events?since=yesterday&until=today")).html)).toEqual(ids(28, 5));
    expect((await get("/api/v1/events?since=24h")).status).toBe(400);
    expect((await get("/events?since=24h&since=2h")).text).toContain("The parameter since is given more than once.");
  });

  test("keeps the page where a cursor is wrong, and says so", async () => {
    const { get } = await siteOf(materialization("a"), check("c", false, 1));
    for (const path of ["/events?cursor=x", "/checks?cursor=x", "/?cursor=x", "/?cursor=x&sort=latest"]) {
      const { status, text, html } = await get(path);
      expect([path, status]).toEqual([path, 400]);
      expect(text).toContain('Invalid filter The cursor is not one that a page gave: "x".');
      expect(html).toMatch(/<tr id="[ace]/);
      expect(html).not.toContain("First page");
    }
    expect((await get("/assets/a?checks=x")).text).toContain("The cursor is not one that a page gave");
  });

  test("goes on by itself where the log finds little at a time, and says how far it has searched", async () => {
    const { log } = await siteOf(...events);
    // A log that examines ten events at a time.
    let looks = 0;
    const slow = new Proxy(log, {
      get: (target, name) => {
        if (name !== "query") return Reflect.get(target, name);
        return async (...[filter, page]: Parameters<typeof log.query>) => {
          if (filter.partition !== undefined) looks++;
          await Bun.sleep(51); // ten of them take as long as a page goes on
          const examined = await target.query({}, { ...page, limit: 10, cursor: page.cursor?.split("|")[1] });
          const found = await target.query(filter, { order: page.order, limit: 1000 });
          const ids = examined.events.map(({ id }) => id);
          const last = parseCursor({}, { ...page, cursor: examined.cursor ?? undefined }) ?? 0;
          const cursor = `${formatCursor(last, filter, page)}|${examined.cursor}`;
          return { ...examined, events: found.events.filter(({ id }) => ids.includes(id)), cursor };
        };
      },
    });
    const { get } = siteOver(slow);
    const first = await get("/events?partition=p5");
    expect([idsIn(first.html), looks]).toEqual([[], 10]);
    expect(first.text).toMatch(/Searched back to \S+ \S+ UTC \(event 21\), nothing yet\./);
  });
});

describe("the checks of an asset", () => {
  const namesIn = (html: string) =>
    Array.from(html.matchAll(/class="check-name"[^>]*><bdi>([^<]*)/g), ([, name]) => name);

  test("are all there where they are few, with how many they are", async () => {
    const { get } = await siteOf(check("x", true, 1), check("y", false, 1));
    const { html, text } = await get("/assets/a");
    expect(text).toContain("Checks 2 State");
    expect(namesIn(html)).toEqual(["y", "x"]);
    expect(html).not.toContain("by name");
  });

  test("have errors before warnings, of however many fail", async () => {
    const names = Array.from({ length: 90 }, (_, i) => `c${i + 10}`);
    const severity = (i: number) => (i < 70 ? "WARN" : "ERROR");
    const { get } = await siteOf(...names.map((name, i) => check(name, false, 1, { severity: severity(i) })));
    const { html } = await get("/assets/a");
    expect(namesIn(html).slice(0, 60)).toEqual([...names.slice(70), ...names.slice(0, 40)]);
  });

  test("are a part where they are many, which says so and leads to all by name", async () => {
    const names = Array.from({ length: 230 }, (_, i) => `c${String(i).padStart(3, "0")}`);
    const { get } = await siteOf(...names.map((name, i) => check(name, i % 20 !== 19, 1)));
    const first = await get("/assets/a");
    expect(first.text).toContain("Checks 230 The first 60, those that fail before the others. All 230 by name");
    expect(namesIn(first.html).slice(0, 12)).toEqual([...names.filter((_, i) => i % 20 === 19), "c000"]);
    const seen: (string | undefined)[] = [];
    const [all] = linksTo(first.html, "All 230 by name");
    for (let path = all; path !== undefined; ) {
      const { html, text } = await get(path);
      const found = namesIn(html);
      expect(text).toContain(`By name, ${found[0]} to ${found.at(-1)}`);
      seen.push(...found);
      path = linksTo(html, "Next 100 checks")[0];
    }
    expect(seen).toEqual(names);
  });
});

describe("the checks page", () => {
  test("shows what fails now, errors first, since when and with what it said", async () => {
    const { get } = await siteOf(
      ...[check("fine", false, 9), check("fine", true, 8)],
      ...[
        check("broken", true, 7),
        check("broken", false, 6),
        check("broken", false, 2, { description: "too few rows", metadata: { rows: 3 } }),
      ],
      check("warned", false, 1, { severity: "WARN" }),
    );
    const { text, html } = await get("/checks");
    expect(text).toContain("failed broken a 6 h ago too few rows rows 3 evaluated 2 h ago, event 5");
    expect(text).toContain("warned warned a 1 h ago");
    expect(text.indexOf("failed broken")).toBeLessThan(text.indexOf("warned warned"));
    expect(html).not.toContain("fine");
  });

  test("shows each partition that fails, whatever passed since elsewhere, since when that one did", async () => {
    const { get } = await siteOf(
      ...[
        check("c", true, 9, { partition: "p1" }),
        check("c", false, 8, { partition: "p1", description: "p1 is short" }),
      ],
      ...[check("c", false, 7, { partition: "p2", metadata: { rows: 7 } }), check("c", true, 6, { partition: "p3" })],
      ...[check("c", false, 5, { partition: "p1", description: "p1 is still short" }), check("c", true, 1)],
    );
    const { text, html } = await get("/checks");
    expect(text).toContain("failed c a partition p1 8 h ago p1 is still short evaluated 5 h ago");
    expect(text).toContain("failed c a partition p2 7 h ago rows 7");
    expect(html.match(/<tr id="c/g)).toHaveLength(2);
    expect(html).toContain("check_name=c&amp;partition=p1");
    expect((await get("/")).text).toContain("a never 1 failed");
    expect((await get("/?state=failing")).text).toContain("1 failed");
    const asset = (await get("/assets/a")).text;
    expect(asset).toContain("Checks 1 failed");
    expect(asset).toContain("failed c partition p1, 5 h ago p1 is still short");
  });

  test("shows all that fails, page by page, where an asset fails in many partitions", async () => {
    const failures = ["a", "b", "c", "d"].flatMap((key, n) =>
      Array.from({ length: [40, 50, 150, 1][n] ?? 0 }, (_, i) =>
        checkEvaluation(key, { checkName: "c", passed: false, partition: `p${i}`, timestamp: noon - i * hour }),
      ),
    );
    const { get } = await siteOf(...failures);
    const seen: string[] = [];
    const counts: number[] = [];
    for (let path: string | undefined = ""; path !== undefined; ) {
      const { html, text } = await get(`/checks${path}`);
      const rows = Array.from(html.matchAll(/<tr id="(c[^"]*)"/g), ([, id]) => id ?? "");
      seen.push(...rows);
      counts.push(rows.length);
      expect(text).toContain(`241 failed, ${seen.length - rows.length + 1} to ${seen.length} here`);
      path = linksTo(html, "Next checks")[0];
    }
    expect(counts).toEqual([100, 100, 41]);
    expect(new Set(seen).size).toBe(241);
  });

  const manyFailing = Array.from({ length: 130 }, (_, i) =>
    checkEvaluation(["k", String(i).padStart(3, "0")], {
      checkName: "c",
      passed: false,
      severity: i % 3 === 0 ? "ERROR" : "WARN",
      timestamp: noon - i * hour,
    }),
  );
  /** The states and assets of all pages from a path on, and what stands above each page. */
  const walk = async (get: (path: string) => Promise<{ html: string; text: string }>, most = 20) => {
    const rows: string[] = [];
    const said: string[] = [];
    for (let path: string | undefined = "/checks"; path !== undefined && said.length < most; ) {
      const { html, text } = await get(path);
      for (const [, row = ""] of html.matchAll(/<tr id="c[^"]*"(.*?)<\/tr>/gs)) {
        const key = /href="\/assets\/([^"]*)"/.exec(row)?.[1];
        rows.push(`${/class="state (\w+)"/.exec(row)?.[1]} ${key}`);
      }
      said.push(/Apply (.*?) State/.exec(text)?.[1] ?? "");
      path = linksTo(html, "Next checks").map((query) => `/checks${query}`)[0];
    }
    return { rows, said };
  };
  const ordered = (from: number, to: number) =>
    ["failed", "warned"].flatMap((state) =>
      Array.from({ length: to - from }, (_, i) => from + i)
        .filter((i) => (i % 3 === 0) === (state === "failed"))
        .map((i) => `${state} k/${String(i).padStart(3, "0")}`),
    );

  test("has all that failed before all that warns, on whichever page, and says how many they are", async () => {
    const { get } = await siteOf(...manyFailing);
    expect(await walk(get)).toEqual({
      rows: ordered(0, 130),
      said: ["44 failed, 86 warned, 1 to 100 here, by asset", "44 failed, 86 warned, 101 to 130 here, by asset"],
    });
    expect((await get("/checks?prefix=k/00")).text).toContain("No check is failing.");
  });

  test("goes on behind what one look at the log can put in order, and says that there is more", async () => {
    const log = servedLog(await logOf(...manyFailing));
    // A log that counts 70 assets at a time.
    const slow = new Proxy(log, {
      get: (target, name) => {
        if (name !== "assetStates") return Reflect.get(target, name);
        return (...[filter, page]: Parameters<typeof log.assetStates>) =>
          target.assetStates(filter, { ...page, limit: Math.min(page.limit, 70) });
      },
    });
    expect(await walk(siteOver(slow).get)).toEqual({
      rows: [...ordered(0, 70), ...ordered(70, 130)],
      said: ["24+ failed, 46+ warned", "Further on: 20 failed, 40 warned"],
    });
  });

  test("counts no more than can be put in order, of one asset neither", async () => {
    const failing = (key: string, count: number) =>
      Array.from({ length: count }, (_, i) => checkEvaluation(key, { checkName: `c${i}`, passed: false }));
    const { get } = await siteOf(...failing("a", 3), ...failing("b", 5002), ...failing("c", 1));
    const { rows, said } = await walk(get, 60);
    expect([said[0], said[1], said.at(-1)]).toEqual([
      "3+ failed",
      "Further on: 5,000+ failed, 1 to 100 here, by asset",
      "Further on: 1 failed",
    ]);
    expect(rows).toHaveLength(5004);
    const { html, text } = await get("/checks?prefix=b");
    expect(text).toContain("5,000+ failed");
    expect(html).not.toContain("More fail of");
  });

  test("says at least, where all that it looked at failed", async () => {
    const { get } = await siteOf(...Array.from({ length: 30 }, (_, i) => check("c", false, 30 - i)));
    expect((await get("/checks")).text).toContain("at least 20 h ago");
  });

  test("says that nothing fails", async () => {
    const { get } = await siteOf(check("c", true, 1));
    expect((await get("/checks")).text).toContain("No check is failing.");
    expect((await get("/checks?prefix=b")).text).toContain("No check is failing.");
  });
});
