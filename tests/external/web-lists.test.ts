import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { checked, materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const live = (page: Page) => page.locator("#live[data-state=live]").waitFor();
const search = (page: Page) => new URL(page.url()).search;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** The names of the catalog's rows as they are read. */
async function names(page: Page): Promise<readonly string[]> {
  const rows = await page.locator("#rows > tr:visible > th").allTextContents();
  return rows.map((text) => text.replaceAll(/\s+/g, ""));
}

/** Looks once a frame until what is found is what is expected. */
async function eventually<Found>(page: Page, find: () => Promise<Found>, expected: Found): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await find();
    if (Bun.deepEquals(found, expected) || Date.now() > end) return expect<unknown>(found).toEqual(expected);
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => resolve()))");
  }
}

describe("the catalog", () => {
  const site = webSite();
  beforeAll(async () => {
    const keys = ["lake/raw/orders", "lake/raw/users", "lake/core/fct_orders", "lake/core/users", "z/orders"];
    await site.report(
      ...keys.map((key, i) => materialized(key, { timestamp: minutesAgo(10 + i) })),
      checked("lake/raw/users", "c", false),
    );
  });

  test("of another order or search names each row as a page does that is loaded anew", async () => {
    const page = await site.visit("/");
    await live(page);
    const anew = await site.visit("/");
    const order = page.getByLabel("Order");
    const field = page.getByRole("searchbox");
    for (const [filters, act] of [
      ["?sort=latest", () => order.selectOption("latest")],
      ["", () => order.selectOption("")],
      ["?search=orders", () => field.fill("orders")],
      ["?search=orders&sort=latest", () => order.selectOption("latest")],
      ["?sort=latest", () => field.fill("")],
      ["", () => order.selectOption("")],
    ] as const) {
      await act();
      await page.waitForURL((url) => url.searchParams.size === new URLSearchParams(filters).size);
      await anew.goto(`${site.server.url}/${filters}`);
      await eventually(page, () => names(page), await names(anew));
    }
    await order.selectOption("latest");
    await eventually(page, async () => (await names(page))[0], "lake/raw/orders");
  });

  test("finds words in any order", async () => {
    const page = await site.visit("/");
    await page.getByRole("searchbox").fill("order fct");
    await page.getByRole("link", { name: "raw" }).waitFor({ state: "detached" });
    await eventually(page, () => names(page), ["lake/core/fct_orders"]);
  });

  test("keeps its filters as steps of the history: Back returns to the ones before", async () => {
    const page = await site.visit("/checks");
    await page.goto(`${site.server.url}/`);
    await live(page);
    const all = await names(page);
    await page.getByLabel("Order").selectOption("latest");
    await eventually(page, async () => search(page), "?sort=latest");
    await page.getByRole("searchbox").pressSequentially("core", { delay: 150 });
    await eventually(page, () => names(page), ["lake/core/fct_orders", "lake/core/users"]);
    await page.getByLabel("State").selectOption("failing");
    await page.getByText("No asset matches.").waitFor();

    await page.goBack();
    await eventually(page, () => names(page), ["lake/core/fct_orders", "lake/core/users"]);
    expect(await page.getByLabel("State").inputValue()).toBe("");
    expect(await page.getByRole("searchbox").inputValue()).toBe("core");
    // Typing is one step, however many letters were shown.
    await page.goBack();
    await eventually(page, async () => (await names(page)).length, 5);
    expect([search(page), await page.getByRole("searchbox").inputValue()]).toEqual(["?sort=latest", ""]);
    await page.goBack();
    await eventually(page, () => names(page), all);
    expect(await page.getByLabel("Order").inputValue()).toBe("");
    await page.goForward();
    await eventually(page, async () => (await names(page))[0], "lake/raw/orders");
    expect(await page.getByLabel("Order").inputValue()).toBe("latest");
    await page.goBack();
    await page.goBack();
    await page.waitForURL(`${site.server.url}/checks`);
  });

  test("is searched by keys: Enter opens the only hit, arrows lead into the results and back, Escape clears", async () => {
    const page = await site.visit("/");
    await live(page);
    const focused = () => page.evaluate("document.activeElement.textContent + document.activeElement.type");
    await page.keyboard.press("/");
    await page.keyboard.type("users");
    await eventually(page, async () => (await names(page)).length, 3); // a group and two assets
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toContain("lake");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toContain("core/users");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toContain("raw/users");
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("search");
    await page.keyboard.press("Escape");
    await eventually(page, async () => (await names(page)).length, 8);
    expect([search(page), await page.getByRole("searchbox").inputValue()]).toEqual(["", ""]);
    await page.keyboard.type("fct");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.server.url}/assets/lake/core/fct_orders`);
  });
});

describe("the search of a page that is not the catalog", () => {
  const site = webSite();
  const focused = (page: Page) => page.evaluate("document.activeElement.tagName");
  beforeAll(() => site.report(materialized("rare/feed_1"), materialized("rare/feed_2"), materialized("other")));

  test("goes on in the catalog: a second Enter opens the only hit", async () => {
    const page = await site.visit("/assets/other");
    await live(page);
    await page.keyboard.press("/");
    await page.keyboard.type("feed_1");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.server.url}/?search=feed_1`);
    await eventually(page, () => focused(page), "INPUT");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.server.url}/assets/rare/feed_1`);
  });

  test("has the focus again by Escape among its results, and only where somebody searched", async () => {
    const page = await site.visit("/events");
    await live(page);
    await page.keyboard.press("/");
    await page.keyboard.type("feed");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.server.url}/?search=feed`);
    await eventually(page, () => focused(page), "INPUT");
    await live(page);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("A");
    await page.keyboard.press("Escape");
    expect(await focused(page)).toBe("INPUT");
    await page.goto(`${site.server.url}/?search=feed_2`);
    await live(page);
    expect(await focused(page)).toBe("BODY");
  });
});

describe("the catalog of 5,000 assets", () => {
  const site = webSite();
  beforeAll(async () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `lake/team${i % 40}/table${i}`);
    for (let at = 0; at < keys.length; at += 1000) {
      await site.report(...keys.slice(at, at + 1000).map((key) => materialized(key)));
    }
    await site.report(checked("lake/team7/table7", "c", false), checked("lake/team7/table4967", "c", false));
  });

  test("is one page of groups with the counts of the whole log, each of which leads on", async () => {
    const page = await site.visit("/");
    await page.getByText("5,000 assets").waitFor();
    expect(await page.locator("#rows > tr").count()).toBe(41);
    const team = page.getByRole("row", { name: "team7 125" });
    expect(await team.textContent()).toContain("2 failed");
    await team.getByRole("link").click();
    await page.getByText("125 assets").waitFor();
    expect(await page.locator("#rows a.asset").count()).toBe(100);
    await page.getByText("125 assets, 1 to 100 here").waitFor();
    await page.getByRole("link", { name: "Next 100 assets" }).click();
    await page.getByText("125 assets, 101 to 125 here").waitFor();
    expect(await page.locator("#rows a.asset").count()).toBe(25);
    await page.goBack();
    await page.goBack();
    await page.getByText("5,000 assets").waitFor();
  });

  test("counts a report that comes while it is open", async () => {
    const page = await site.visit("/");
    await live(page);
    await site.report(materialized("lake/team7/another"));
    await page.getByRole("row", { name: "team7 126" }).waitFor();
    await page.getByText("5,001 assets").waitFor();
  });
});

describe("a list that somebody reads", () => {
  const site = webSite();
  const report = (from: number, count: number) =>
    site.report(...Array.from({ length: count }, (_, i) => materialized("tail", { partition: `p${from + i}` })));

  test("stays where it is when events come, says how many did, and shows them at a click", async () => {
    await report(0, 60);
    const page = await site.visit("/events?asset_key=tail");
    await live(page);
    const row = page.getByRole("row", { name: "p25" });
    const place = async () => Math.round((await row.boundingBox())?.y ?? 0);
    await page.evaluate("scrollTo(0, 500)");
    const before = await place();
    await report(60, 3);
    await page.getByRole("button", { name: "3 new" }).waitFor();
    await report(63, 12);
    await page.getByRole("button", { name: "15 new" }).waitFor();
    expect([await place(), await page.getByRole("row", { name: "p74" }).count()]).toEqual([before, 0]);
    await page.getByRole("button", { name: "15 new" }).click();
    await page.getByRole("row", { name: "p74" }).waitFor();
    await page.locator("#news").waitFor({ state: "hidden" });
    expect(await page.evaluate("scrollY")).toBe(0);
  });

  test("goes on by itself once it is scrolled back to its beginning", async () => {
    await report(0, 60);
    const page = await site.visit("/events?asset_key=tail");
    await live(page);
    await page.evaluate("scrollTo(0, 500)");
    await report(100, 1);
    await page.getByRole("button", { name: "1 new" }).waitFor();
    await page.evaluate("scrollTo(0, 0)");
    await page.getByRole("row", { name: "p100" }).waitFor();
  });

  test("waits while something in it is selected or unfolded", async () => {
    await site.report(materialized("open", { partition: "first", metadata: { a: "x".repeat(200), b: 1, c: [1, 2] } }));
    const page = await site.visit("/events?asset_key=open");
    await live(page);
    await page.locator("#list summary").first().click();
    await site.report(materialized("open", { partition: "second" }));
    await page.getByRole("button", { name: "1 new" }).waitFor();
    expect(await page.locator("#events tr").count()).toBe(1);
    await page.locator("#list summary").first().click();
    await page.getByRole("row", { name: "second" }).waitFor();
  });
});

describe("a page of an asset that somebody reads", () => {
  const site = webSite();

  test("goes on live, and what stands at the top of the window stays there", async () => {
    const lines = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`name_${i}`, `value ${i}`]));
    for (let i = 0; i < 12; i++) {
      await site.report(materialized("read", { partition: `p${i}`, metadata: lines, timestamp: minutesAgo(60 - i) }));
    }
    const page = await site.visit("/assets/read", { viewport: { width: 1280, height: 300 } });
    await live(page);
    const row = page.locator("#events").getByRole("row", { name: "p7" });
    const place = async () => Math.round((await row.boundingBox())?.y ?? 0);
    await page.evaluate(
      "scrollTo(0, document.querySelector('#events tr:nth-child(5)').getBoundingClientRect().top - 60)",
    );
    const before = await place();
    expect(before).toBe(60);
    await site.report(materialized("read", { partition: "later", metadata: { ...lines, more: 1, another: "x" } }));
    await page.locator("#events").getByRole("row", { name: "later" }).waitFor({ state: "attached" });
    expect(Math.abs((await place()) - before)).toBeLessThan(3);
  });

  test("clears its search by Escape, too", async () => {
    await site.report(materialized("read"));
    const page = await site.visit("/assets/read");
    await live(page);
    await page.keyboard.press("/");
    await page.keyboard.type("abc");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("searchbox").inputValue()).toBe("");
  });
});

describe("what is hard to find or wrong", () => {
  const site = webSite();

  test("200 checks of an asset are counted, and each can be reached", async () => {
    const checks = Array.from({ length: 200 }, (_, i) =>
      checked("many", `check_${String(i).padStart(3, "0")}`, i !== 150),
    );
    await site.report(...checks);
    const page = await site.visit("/assets/many");
    await page.getByRole("heading", { name: "Checks 200" }).waitFor();
    expect(await page.locator("#checks tbody tr").count()).toBe(60);
    expect(await page.locator("#checks tbody tr").first().textContent()).toContain("check_150");
    await page.getByRole("link", { name: "All 200 by name" }).click();
    await page.getByText("check_099", { exact: true }).first().waitFor();
    await live(page);
    await page.getByRole("link", { name: "Next 100 checks" }).click();
    await page.getByRole("link", { name: "check_199" }).waitFor();
    // A report leaves the page of checks that is read.
    await live(page);
    await site.report(checked("many", "check_199", false));
    await page.locator("#checks").getByRole("row", { name: "failed check_199" }).waitFor();
    expect(await page.locator("#checks tbody tr").count()).toBe(100);
  });

  test("few events below a prefix are found at once among many others", async () => {
    await site.report(
      ...Array.from({ length: 30 }, (_, i) => materialized(`rare/feed_${i % 3}`, { partition: `p${i}` })),
    );
    for (let i = 0; i < 12; i++) {
      await site.report(...Array.from({ length: 1000 }, (_, n) => materialized("busy", { partition: `n${n}` })));
    }
    const page = await site.visit("/events?prefix=rare");
    await page.getByRole("row", { name: "p29" }).waitFor();
    expect(await page.locator("#events tr").count()).toBe(30);
    await page.goto(`${site.server.url}/events?partition=p3`);
    await page.getByRole("row", { name: "feed_0" }).waitFor();
  });

  test("a wrong filter is said beside the form, and what is shown stays", async () => {
    await site.report(materialized("kept"), checked("kept", "c", true));
    const page = await site.visit("/events?asset_key=kept");
    await live(page);
    site.tolerate(/status of 400/);
    const since = page.getByLabel("Since");
    await since.fill("gestern");
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert");
    await alert.getByText("Invalid filter").waitFor();
    expect(await alert.textContent()).toContain('Got "gestern".');
    expect(await since.getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator("#events tr").count()).toBe(2);
    await page.reload();
    await page.getByRole("alert").waitFor();
    expect(await page.getByLabel("Since").inputValue()).toBe("gestern");
    expect(await page.locator("#events tr").count()).toBe(2);
    await page.getByLabel("Since").fill("");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await page.getByLabel("Since").getAttribute("aria-invalid")).toBe(null);
  });

  test("an address that leads nowhere is a page", async () => {
    site.tolerate(/status of 404/);
    for (const path of ["/nope", "/events/1/2", "/checks/x", "/docs/x"]) {
      const page = await site.visit(path);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
      await page.getByRole("main").getByRole("link", { name: "/docs", exact: true }).waitFor();
    }
  });
});

describe("a page", () => {
  const site = webSite();
  beforeAll(() =>
    site.report(
      materialized("warehouse/raw/customers/fct_customers", { partition: "2026-11-01|europe" }),
      materialized("warehouse/raw/orders/fct_orders", { partition: "p" }),
      checked("warehouse/raw/orders/fct_orders", "no_nulls", false),
    ),
  );

  const edges = (page: Page, selector: string) =>
    page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.getBoundingClientRect()).map(({ left, right }) => [Math.round(left), Math.round(right)])`,
    ) as Promise<[number, number][]>;

  test.each(["/", "/events", "/checks", "/alerts"])(
    "%s takes the width of a wide window, in line with its header",
    async (path) => {
      const page = await site.visit(path, { viewport: { width: 2560, height: 1200 } });
      await live(page);
      const [[left, right] = [0, 0]] = await edges(page, "main table");
      expect(right - left).toBeGreaterThan(2100);
      const [[mark] = [0]] = await edges(page, "header .mark");
      const [[, end] = [0, 0]] = await edges(page, "header .live");
      expect([mark, end]).toEqual([left, right]);
    },
  );

  test("of a phone has the filters in sight that something is filtered by", async () => {
    const page = await site.visit("/events?prefix=warehouse&partition=p", { viewport: { width: 390, height: 844 } });
    await live(page);
    for (const label of ["Key prefix", "Partition"]) {
      const box = await page.getByLabel(label).boundingBox();
      expect([label, (box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 390]).toEqual([label, true]);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });

  test("of a phone breaks names between their parts, and has the ids of events in one line", async () => {
    const page = await site.visit("/?sort=latest", { viewport: { width: 390, height: 844 } });
    await live(page);
    // Each part whole, and as many of them in a line as fit.
    const parts = (await page.evaluate(
      "[...document.querySelectorAll('.catalog .asset')].map((name) => [...name.querySelectorAll('.parent')].map((one) => one.getBoundingClientRect()).map(({ top, height }) => [top, height]))",
    )) as [number, number][][];
    expect(parts).toHaveLength(2);
    for (const [first, second, ...others] of parts) {
      expect([first, second, ...others].filter((one) => (one?.[1] ?? 0) > 25)).toEqual([]);
      expect(first?.[0]).toBe(second?.[0] ?? 0);
    }
    await page.goto(`${site.server.url}/events`);
    await live(page);
    const ids = await edges(page, "#events .number");
    expect(new Set(ids.map(([, right]) => right)).size).toBe(1);
    const tops = (await page.evaluate(
      "[...document.querySelectorAll('#events tr')].map((row) => row.querySelector('.number').getBoundingClientRect().top - row.querySelector('.when').getBoundingClientRect().top)",
    )) as number[];
    expect(tops.every((top) => Math.abs(top) < 2)).toBe(true);
  });
});

describe("an asset without numbers, in a window of 2,560 pixels", () => {
  const site = webSite();

  test("has its checks in both halves of it, each in one piece", async () => {
    const names = Array.from({ length: 30 }, (_, i) => `check_${i}`);
    await site.report(...names.map((name) => checked("plain", name, true, { metadata: { says: "what it found" } })));
    const page = await site.visit("/assets/plain", { viewport: { width: 2560, height: 1200 } });
    const rows = (await page.evaluate(
      "[...document.querySelectorAll('.checks tbody tr')].map((row) => [...row.getClientRects()].map(({ left }) => left))",
    )) as number[][];
    expect(rows.map((lefts) => lefts.length)).toEqual(names.map(() => 1));
    const right = rows.filter(([left = 0]) => left > 1280).length;
    expect([right > 10, right < 20]).toEqual([true, true]);
  });
});

describe("the catalog on a phone", () => {
  const site = webSite();

  test("breaks the names of tables behind their marks alone, beside what was only seen", async () => {
    const names = [
      "snapshot_payments_332",
      "snapshot_web_events_148",
      "s3/acme-data-lake/campaigns/table=campaigns_4255/v2",
    ];
    await site.report(
      ...names.map((name) => materialized(`warehouse/reporting/daily/${name}`, { timestamp: minutesAgo(30) })),
      { type: "ASSET_OBSERVATION", asset_key: "warehouse/seen", timestamp: minutesAgo(31) },
    );
    const page = await site.visit("/?sort=latest", { viewport: { width: 390, height: 844 } });
    const broken = await page.evaluate(`[...document.querySelectorAll(".catalog .asset")].flatMap((name) => {
      const texts = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
      const found = [];
      while (texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(texts.currentNode.data);
      }
      return found;
    })`);
    expect(broken).toEqual([]);
    expect(await page.locator(".catalog .asset").count()).toBe(4);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});
