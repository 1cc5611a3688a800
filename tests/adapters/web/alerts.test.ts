import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { materialization } from "../../../core/index.ts";
import { createMemoryDefinitionStore } from "../../../storage/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { bearer, guardedApp, namedToken } from "../http/guarded.ts";
import { alertOf, type Given, type GivenWatching, givenWatching } from "./given-watching.ts";
import { day, hour, linksTo, logOf, noon, siteOver, textOf } from "./site.ts";

async function siteWith(given: Given, assets: readonly object[] = [{ key: "warehouse/orders" }]) {
  const definitions = createMemoryDefinitionStore({ now: () => noon });
  if (assets.length > 0) await definitions.replace("team-a", defined(...assets));
  return siteOver(await logOf(materialization("warehouse/orders")), definitions, givenWatching(given));
}

const late = alertOf("warehouse/orders", { id: 7, eventId: 42, owners: ["team:finance", "anna@example.com"] });
const failing = alertOf("raw/orders", {
  id: 8,
  kind: "check",
  checkName: "no_nulls",
  severity: "WARN",
  partition: "2026-11-22",
  reason: "check_failed",
  since: noon - day,
});
const resolved = alertOf("raw/stock", { id: 9, status: "resolved", reason: "reported", resolvedAt: noon - hour });

describe("the page of alerts", () => {
  test("says what fires, of what, since when, why, and who owns it, with links", async () => {
    const { get } = await siteWith({ alerts: [late, failing, resolved] });
    const { html, text, status } = await get("/alerts");
    expect(status).toBe(200);
    expect(text).toContain("1 late 1 warned State Of Since Why Owners");
    expect(text.replaceAll(" / ", "/")).toContain(
      "late warehouse/orders 2 h ago Nothing came by its deadline. event 42 team:finance, anna@example.com",
    );
    expect(text.replaceAll(" / ", "/")).toContain(
      "warned no_nulls raw/orders partition 2026-11-22 24 h ago The check failed.",
    );
    expect(text).not.toContain("stock");
    expect(html).toContain('href="/assets/warehouse/orders"');
    expect(html).toContain('href="/events/42"');
    expect(html).toContain("check_name=no_nulls&amp;partition=2026-11-22");
    // A colour is never the only sign: each state has a shape and a word.
    expect(html.match(/<span class="state (?:failed|warned)"><svg/g)).toHaveLength(4);
  });

  test("is filtered by status, kind and prefix", async () => {
    const { get } = await siteWith({ alerts: [late, failing, resolved] });
    const idsOf = async (query: string) =>
      Array.from((await get(`/alerts?${query}`)).html.matchAll(/id="alert-(\d+)"/g), ([, id]) => Number(id));
    expect(await idsOf("")).toEqual([7, 8]);
    expect(await idsOf("kind=freshness")).toEqual([7]);
    expect(await idsOf("kind=check")).toEqual([8]);
    expect(await idsOf("prefix=raw")).toEqual([8]);
    expect(await idsOf("status=resolved")).toEqual([9]);
    expect((await get("/alerts?status=resolved")).text).toContain(
      "resolved raw / stock 2 h ago, until 1 h ago It came.",
    );
    const wrong = await get("/alerts?kind=x&prefix=raw");
    expect([wrong.status, wrong.text.includes("The parameter kind must be freshness or check")]).toEqual([400, true]);
    expect(wrong.html).toContain('id="alert-8"');
  });

  test("goes through 500 alerts page by page, none twice, each page small", async () => {
    const long = `${"x".repeat(300)}/${"y/".repeat(200)}`;
    const owners = Array.from({ length: 400 }, (_, i) => `owner${i}@example.com`);
    const many = Array.from({ length: 500 }, (_, i) => alertOf(`${long}${i}`, { id: i, owners }));
    const { get } = await siteWith({ alerts: many });
    const found: string[] = [];
    let pages = 0;
    for (let path: string | undefined = "/alerts"; path !== undefined; pages++) {
      const { html } = await get(path);
      expect(gzipSync(html).byteLength).toBeLessThan(40_000);
      expect(html.length).toBeLessThan(300_000);
      found.push(...Array.from(html.matchAll(/id="alert-(\d+)"/g), ([, id = ""]) => id));
      const [next] = linksTo(html, "Older alerts");
      path = next === undefined ? undefined : `/alerts${next}`;
    }
    expect([pages, new Set(found).size, found.length]).toEqual([5, 500, 500]);
  });

  test("says that all is well where nothing fires", async () => {
    const { get } = await siteWith({ alerts: [resolved] });
    expect((await get("/alerts")).text).toContain("Nothing is late, nothing fails.");
    expect((await get("/alerts?kind=check")).text).toContain("No alert that fires matches.");
    expect((await get("/alerts?status=resolved&prefix=no")).text).toContain("No resolved alert matches.");
  });

  test("says how to begin where nothing is defined, and nothing of that elsewhere", async () => {
    const { get } = await siteWith({}, []);
    const { text } = await get("/alerts");
    expect(text).toContain("runless define --suggest > assets.yaml");
    expect(text).toContain("docs/knowing-what-is-late.md");
    expect((await (await siteWith({})).get("/alerts")).text).not.toContain("--suggest");
  });

  test("says that nothing is watched where the server has no store for it", async () => {
    const { get } = siteOver(await logOf(materialization("a")));
    const { status, text, html } = await get("/alerts");
    expect([status, text.includes("Nothing is watched here")]).toEqual([200, true]);
    expect(html).not.toContain("Nothing is late");
  });

  test("shows mutes: whose row it is, until when, what else it holds for, by whom", async () => {
    const alerts = [
      { ...late, mutedUntil: noon + 4 * hour },
      { ...failing, mutedUntil: noon + day },
    ];
    const mutes = [
      { name: { prefix: ["raw"] }, until: noon + day, by: "on-call" },
      { name: { assetKey: ["warehouse", "orders"] }, until: noon + 4 * hour, by: null },
    ];
    const { html, text } = await (await siteWith({ alerts, mutes })).get("/alerts");
    expect(text).toContain("muted, ends in 4 h");
    expect(text).toContain("muted with others, ends in 24 h");
    expect(text).toContain(
      "Muted raw and all below ends in 24 h, by on-call Unmute warehouse/orders ends in 4 h Unmute",
    );
    // Only what is muted by itself is unmuted from its row.
    expect(html.match(/name="unmute"/g)).toHaveLength(3);
  });

  test("names the command that lists the mutes which the page leaves out", async () => {
    const of = (i: number) => ({ name: { assetKey: [`a${i}`] }, until: noon + day, by: null });
    const mutes = Array.from({ length: 101 }, (_, i) => of(i));
    const few = await (await siteWith({ mutes: mutes.slice(0, 100) })).get("/alerts");
    expect(few.text).not.toContain("The first 100.");
    const { text } = await (await siteWith({ mutes })).get("/alerts");
    expect(text).toContain("The first 100. runless mute has the others.");
  });

  test("shows no mark-up of others", async () => {
    const bad = "<b>\u202e";
    const alert = alertOf("a", { assetKey: [bad], partition: bad, checkName: bad, kind: "check", owners: [bad] });
    const mutes = [{ name: { assetKey: [bad] }, until: noon + day, by: bad }];
    const { html } = await (await siteWith({ alerts: [alert], mutes })).get("/alerts");
    const written = html.replaceAll(/ value="[^"]*"/g, "");
    expect([written.includes("\u202e"), html.includes("<b>\u202e")]).toEqual([false, false]);
  });
});

describe("the head of every page", () => {
  const headOf = (html: string) => textOf(html.match(/<nav.*?<\/nav>/s)?.[0] ?? "").trim();

  test.each(["/", "/alerts", "/events", "/checks", "/assets/warehouse/orders"])(
    "links to alerts with their number: %s",
    async (path) => {
      const { get } = await siteWith({ alerts: [late, failing, resolved] });
      expect(headOf((await get(path)).html)).toBe("Assets Events Checks Alerts 2 Docs");
    },
  );

  test("has no number where nothing fires, or nothing is watched", async () => {
    expect(headOf((await (await siteWith({})).get("/")).html)).toBe("Assets Events Checks Alerts Docs");
    expect(headOf((await siteOver(await logOf()).get("/")).html)).toBe("Assets Events Checks Alerts Docs");
  });
});

describe("alerts of a token with a prefix", () => {
  const given: Given = {
    alerts: [late, failing],
    mutes: [
      { name: { prefix: ["warehouse"] }, until: noon + day, by: null },
      { name: { assetKey: ["raw", "orders"] }, until: noon + day, by: null },
    ],
  };
  const tokens = [
    namedToken("raw", { scopes: ["admin"], prefix: ["raw"] }),
    namedToken("reader", { scopes: ["read"] }),
  ];

  async function app(watching: GivenWatching) {
    const log = await logOf(materialization("warehouse/orders"), materialization("raw/orders"));
    return (await guardedApp(tokens, log, { watching })).app;
  }

  async function press(secret: string, body: string) {
    const watching = givenWatching(given);
    const response = await (await app(watching)).request("/alerts", {
      method: "POST",
      headers: {
        ...bearer(secret),
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      },
      body,
    });
    const text = textOf(await response.text());
    return { status: response.status, to: response.headers.get("location"), text, changes: watching.changes };
  }

  test("are those below it alone, in rows, number and mutes", async () => {
    const html = await (await (await app(givenWatching(given))).request("/alerts", { headers: bearer("raw") })).text();
    const text = textOf(html);
    expect(text).toContain("Alerts 1 Docs");
    expect(text).toContain("no_nulls");
    expect(text).not.toContain("warehouse");
    const outside = await (await app(givenWatching(given))).request("/alerts?prefix=warehouse", {
      headers: bearer("raw"),
    });
    expect(outside.status).toBe(403);
  });

  test.each([
    ["mute=1h 8", ["mute", { assetKey: ["raw", "orders"] }, noon + hour, "raw"]],
    ["mute=4h 8", ["mute", { assetKey: ["raw", "orders"] }, noon + 4 * hour, "raw"]],
    ["mute=1d 8", ["mute", { assetKey: ["raw", "orders"] }, noon + day, "raw"]],
    ["mute=1w 8", ["mute", { assetKey: ["raw", "orders"] }, noon + 7 * day, "raw"]],
    ['unmute={"asset_key":["raw","orders"]}', ["unmute", { assetKey: ["raw", "orders"] }]],
    ["close=8", ["close", 8]],
  ])("are muted, unmuted and closed by the button that sends %s", async (body, change) => {
    const { status, to, changes } = await press("raw", `${body}&next=/alerts?kind=check`);
    expect([status, to, changes]).toEqual([303, "/alerts?kind=check", [change]]);
  });

  test.each([
    ["mute=1h 7", 403, "The alert 7 is of an asset that the token raw is not for."],
    ["close=7", 403, "The alert 7 is of an asset that the token raw is not for."],
    ["close=99", 404, "There is no alert 99 any more."],
    ['unmute={"prefix":["warehouse"]}', 403, "warehouse"],
    ['unmute={"prefix":["raw"]}', 404, "raw is not muted any more."],
    ["mute=9y 8", 400, "Nothing was changed"],
    ["unmute=raw", 400, "Nothing was changed"],
    ["close=x", 400, "Nothing was changed"],
    ["next=/", 400, "Nothing was changed"],
  ])("stay as they are after %s", async (body, expected, sentence) => {
    const { status, text, changes } = await press("raw", body);
    expect([status, text.includes(sentence)]).toEqual([expected, true]);
    expect(changes.filter((change) => JSON.stringify(change) !== '["unmute",{"prefix":["raw"]}]')).toEqual([]);
  });

  test("lead to no other site", async () => {
    expect((await press("raw", "close=8&next=//evil.example/")).to).toBe("/");
  });

  test("are not changed by readers, who see no button", async () => {
    const { status, changes } = await press("reader", "close=8");
    expect([status, changes]).toEqual([403, []]);
    const html = await (
      await (await app(givenWatching(given))).request("/alerts", { headers: bearer("reader") })
    ).text();
    expect(html).not.toMatch(/name="(?:mute|unmute|close)"|action="\/alerts" id="change"/);
  });

  test("are not changed by pages of other sites", async () => {
    const watching = givenWatching(given);
    const response = await (await app(watching)).request("/alerts", {
      method: "POST",
      headers: {
        ...bearer("raw"),
        origin: "https://evil.example",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "close=8",
    });
    expect([response.status, watching.changes]).toEqual([403, []]);
  });
});
