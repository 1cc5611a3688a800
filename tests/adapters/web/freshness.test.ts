import { describe, expect, test } from "bun:test";
import { checkEvaluation, materialization, type RunlessEvent } from "../../../core/index.ts";
import { type AssetFreshness, createMemoryDefinitionStore } from "../../../storage/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { bearer, guardedApp, namedToken } from "../http/guarded.ts";
import { alertOf, freshnessOf, type Given, givenWatching } from "./given-watching.ts";
import { day, hour, linksTo, logOf, noon, siteOver } from "./site.ts";

const cron = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h", timezone: "Europe/Berlin" } as const;
const window = { type: "time_window", warn_window: "20h", fail_window: "24h" } as const;
const six = Date.UTC(2026, 10, 23, 5);

async function siteWith(given: Given, assets: readonly object[], ...events: readonly RunlessEvent[]) {
  const definitions = createMemoryDefinitionStore({ now: () => noon });
  await definitions.replace("team-a", defined(...assets));
  return siteOver(await logOf(...events), definitions, givenWatching(given));
}

/** The text of the facts on freshness of an asset's page. */
async function factsOf(policy: object, freshness: Partial<AssetFreshness> | undefined, more: Given = {}, fields = {}) {
  const given = { ...more, freshness: freshness === undefined ? [] : [freshnessOf("a", freshness)] };
  const { get } = await siteWith(given, [{ key: "a", freshness: policy, ...fields }], materialization("a"));
  const { text } = await get("/assets/a");
  return text.match(/Freshness .*? Policy [^.]*?(?= (?:Owners|\d of|Timeline|All|24 h|Reports)|$)/)?.[0] ?? text;
}

describe("the page of an asset with a policy", () => {
  test.each([
    [
      "on time by a deadline of another zone, which is there in UTC too",
      cron,
      { deadline: six + day },
      [
        "on time since 3 h ago",
        "Next deadline 2026-11-24 06:00 Europe/Berlin = 05:00 UTC",
        "Last report that counted 3 h ago",
      ],
    ],
    [
      "late since a deadline",
      cron,
      { state: "FAIL", since: six, deadline: six, nextAt: null, lastAt: six - 7 * hour },
      [
        "late since 7 h ago",
        "Nothing came for the deadline of 2026-11-23 06:00, neither in the 6h before it nor since.",
        "Missed deadline 2026-11-23 06:00 Europe/Berlin = 05:00 UTC",
        "Next deadline 2026-11-24 06:00 Europe/Berlin = 05:00 UTC",
      ],
    ],
    [
      "in the grace after a deadline",
      { ...cron, deadline_cron: "0 12 * * *", timezone: "UTC", grace: "15m" },
      { state: "WARN", since: noon, deadline: noon, nextAt: noon + 900_000 },
      [
        "late soon since just now",
        "Nothing came for the deadline of 2026-11-23 12:00 yet. It is late 15m after that.",
        "Next deadline 2026-11-24 12:00 UTC",
        "by 0 12 * * * in UTC, at most 6h before, 15m of grace",
      ],
    ],
    [
      "before its first deadline",
      cron,
      { state: "UNKNOWN", lastAt: null, deadline: six + day },
      [
        "not due yet",
        "Its first deadline is still to come.",
        "Last report that counted none yet",
        "Next deadline 2026-11-24 06:00",
      ],
    ],
    [
      "late by age",
      window,
      { state: "FAIL", lastAt: noon - 25 * hour, deadline: noon - hour, nextAt: null },
      [
        "late",
        "Nothing came for 24h.",
        "Missed deadline 2026-11-23 11:00 UTC",
        "one at least every 24h, late soon from 20h on",
      ],
    ],
    [
      "old",
      window,
      { state: "WARN", lastAt: noon - 21 * hour, deadline: noon + 3 * hour, nextAt: noon + 3 * hour },
      ["late soon", "Nothing came for 20h. It is late at 24h.", "Next deadline 2026-11-23 15:00 UTC"],
    ],
    [
      "never there",
      window,
      { state: "FAIL", lastAt: null, deadline: noon - hour, nextAt: null },
      ["Nothing has come since it was defined.", "Last report that counted none yet"],
    ],
    [
      "not there, with time left",
      window,
      { state: "UNKNOWN", lastAt: null, deadline: noon + hour },
      ["Nothing has come since it was defined. It has 24h for that.", "Next deadline 2026-11-23 13:00 UTC"],
    ],
  ] as const)("says that it is %s", async (_, policy, freshness, said) => {
    const text = await factsOf(policy, freshness);
    for (const one of said) expect(text).toContain(one);
  });

  test("has no next deadline where only an event sets it, and no reason where it is on time", async () => {
    const late = await factsOf(window, { state: "FAIL", lastAt: noon - 25 * hour, deadline: noon - hour });
    expect(late).not.toContain("Next deadline");
    expect(await factsOf(window, {})).not.toContain("Why");
  });

  test("says that it was not judged yet, by its policy", async () => {
    expect(await factsOf(window, undefined)).toContain("Freshness not judged yet Policy one at least every 24h");
  });

  test("without a policy has nothing of that", async () => {
    const { get } = await siteWith({}, [{ key: "a", group: "g" }], materialization("a"));
    expect((await get("/assets/a")).html).not.toContain('id="freshness"');
  });

  test("counts the watched partitions of each state, and marks the cells that are late", async () => {
    const start = "2026-11-15";
    const partitions = { type: "daily", start } as const;
    const of = (partition: string, state: "PASS" | "WARN" | "FAIL", deadline = noon - hour) => {
      return { ...freshnessOf("a", { state, deadline }), partition };
    };
    const given: Given = {
      freshness: [freshnessOf("a", { state: "FAIL", deadline: noon - day, partitions: { PASS: 1, WARN: 1, FAIL: 2 } })],
      subjects: [
        of("2026-11-19", "FAIL"),
        of("2026-11-20", "FAIL"),
        of("2026-11-21", "PASS"),
        of("2026-11-22", "WARN", noon + 2 * hour),
      ],
    };
    const days = ["2026-11-18", "2026-11-20", "2026-11-21"].map((partition) => materialization("a", { partition }));
    const asset = { key: "a", partitions, freshness: { ...window, lookback: 4 } };
    const { html, text } = await (await siteWith(given, [asset], ...days)).get("/assets/a");
    expect(text).toContain("Watched partitions 2 late 1 late soon 1 on time");
    expect(text).toContain("2 watched partitions are late.");
    expect(text).toContain("2 late: 2026-11-19, 2026-11-20");
    expect(text).toContain("1 late soon: 2026-11-22");
    expect(text).toContain("Next deadline 2026-11-23 14:00 UTC");
    expect(html).toContain('<i class="gap late" title="2026-11-19: missing, late">');
    expect(html).toMatch(/value="2026-11-20" class="r1 late" title="2026-11-20: just now, late"/);
    expect(html).toMatch(/value="2026-11-21" class="r1" title="2026-11-21: just now"/);
    expect(html).toContain('<i class="gap late soon" title="2026-11-22: missing, late soon">');
    expect(text).toMatch(/missing late(?: |$)/);
  });

  test("marks late ones among thousands of cells too, which a script makes", async () => {
    const keys = Array.from({ length: 1200 }, (_, i) => `p${String(i).padStart(4, "0")}`);
    const subjects = [{ ...freshnessOf("a", { state: "FAIL" }), partition: "p1100" }];
    const freshness = [freshnessOf("a", { state: "FAIL", partitions: { FAIL: 1, PASS: 1199 } })];
    const asset = { key: "a", partitions: { type: "static", keys }, freshness: window };
    const site = await siteWith(
      { freshness, subjects },
      [asset],
      ...keys.map((key) => materialization("a", { partition: key })),
    );
    const { html, text } = await site.get("/assets/a");
    const kinds = /data-kinds="([^"]*)"/.exec(html)?.[1]?.split("\n") ?? [];
    expect(kinds).toEqual(["r1|just now", "r1 late|just now, late"]);
    expect(/data-cells="([^"]*)"/.exec(html)?.[1]?.split(" ").indexOf("1")).toBe(1100);
    expect(text).toContain("1 late: p1100");
  });

  test("shows the alerts that fire of it, and no other's", async () => {
    const alerts = [
      alertOf("a", { id: 1, kind: "check", checkName: "no_nulls", reason: "check_failed", eventId: 5 }),
      alertOf("a/b", { id: 2, checkName: null }),
      alertOf("a", { id: 3, status: "resolved", resolvedAt: noon }),
    ];
    const { get } = await siteWith({ alerts }, [{ key: "a" }], materialization("a"));
    const { text } = await get("/assets/a");
    expect(text).toContain("Alerts all alerts failed no_nulls since 2 h ago The check failed. event 5");
    expect(text.match(/since 2 h ago/g)).toHaveLength(1);
  });
});

describe("the catalog of watched assets", () => {
  const given: Given = {
    freshness: [
      freshnessOf("raw/late", { state: "FAIL" }),
      freshnessOf("raw/soon", { state: "WARN" }),
      freshnessOf("raw/new", { state: "UNKNOWN" }),
      freshnessOf("raw/fresh"),
      freshnessOf("never", { state: "FAIL", lastAt: null }),
    ],
  };
  const keys = ["raw/late", "raw/soon", "raw/new", "raw/fresh", "raw/plain"];
  const assets = [...keys.slice(0, 4), "never"].map((key) => ({
    key,
    freshness: window,
    group: key === "never" ? "a" : "b",
  }));
  const site = () =>
    siteWith(
      given,
      assets,
      ...keys.map((key) => materialization(key)),
      checkEvaluation("raw/late", { checkName: "c", passed: false }),
    );
  const rowsOf = (html: string) =>
    Array.from(html.matchAll(/<tr[^>]*id="a[^"]*".*?<a [^>]*href="([^"]*)"/gs), ([, href = ""]) => href);

  test("has a mark and a word for each state, and none for what is not watched", async () => {
    const { html, text } = await (await site()).get("/");
    expect(text).toContain("Latest Freshness Checks");
    const cells = Array.from(html.matchAll(/<td class="freshness">(.*?)<\/td>/gs), ([, cell = ""]) => cell);
    expect(cells.map((cell) => [/state (\w+)/.exec(cell)?.[1], /class="word">([^<]*)/.exec(cell)?.[1]])).toEqual([
      ["passed", "on time"],
      ["failed", "late"],
      ["unknown", "not due yet"],
      [undefined, undefined],
      ["warned", "late soon"],
    ]);
  });

  test("has no such column where nothing of the page is watched", async () => {
    const { html, text } = await siteOver(await logOf(materialization("a"))).get("/");
    expect([text.includes("Freshness"), html.includes('class="freshness"')]).toEqual([false, false]);
    expect(text).not.toContain("Late soon");
  });

  test.each([
    ["state=late", ["/assets/never", "/assets/raw/late"]],
    ["state=late&prefix=raw", ["/assets/raw/late"]],
    ["state=late&group=a", ["/assets/never"]],
    ["state=late&search=LATE", ["/assets/raw/late"]],
    ["state=late&type=ASSET_CHECK_EVALUATION", ["/assets/raw/late"]],
    ["state=soon", ["/assets/raw/soon"]],
    ["state=soon&prefix=never", []],
  ])("filtered by %s has these", async (query, expected) => {
    const { html, status } = await (await site()).get(`/?${query}`);
    expect([status, rowsOf(html).sort()]).toEqual([200, expected]);
  });

  test("has an asset once, however many of its partitions are late, and goes on page by page", async () => {
    const many = Array.from({ length: 130 }, (_, i) => `k/${i}`).sort();
    const subjects = many.flatMap((key) =>
      ["p", "q", "r"].map((partition) => ({ ...freshnessOf(key, { state: "FAIL" }), partition })),
    );
    const { get } = await siteWith(
      { subjects },
      many.map((key) => ({ key })),
      ...many.map((key) => materialization(key)),
    );
    const found: string[] = [];
    for (let path = "/?state=late"; ; ) {
      const { html } = await get(path);
      found.push(...rowsOf(html));
      const [next] = linksTo(html, "Further assets");
      if (next === undefined) break;
      path = `/${next}`;
    }
    expect(found).toEqual(many.map((key) => `/assets/${key}`));
  });

  test("for a token with a prefix is that of its own assets", async () => {
    const log = await logOf(materialization("raw/late"), materialization("other"));
    const tokens = [namedToken("raw", { scopes: ["read"], prefix: ["raw"] })];
    const all = { freshness: [...(given.freshness ?? []), freshnessOf("other", { state: "FAIL" })] };
    const { app, definitions } = await guardedApp(tokens, log, { watching: givenWatching(all) });
    await definitions.replace("team-a", defined({ key: "raw/late" }, { key: "other" }));
    const html = await (await app.request("/?state=late", { headers: bearer("raw") })).text();
    expect(rowsOf(html)).toEqual(["/assets/raw/late"]);
    expect((await app.request("/assets/other", { headers: bearer("raw") })).status).toBe(403);
  });
});
