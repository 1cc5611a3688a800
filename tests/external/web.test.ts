import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { checked, materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const live = (page: Page) => page.locator("#live[data-state=live]").waitFor();
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe("an empty log", () => {
  const site = webSite();

  test("shows how to report, and the first asset as soon as that was done", async () => {
    const page = await site.visit("/");
    await live(page);
    const command = await page.locator("#first-report").textContent();
    expect(command).toContain(`curl -X POST ${site.server.url}/report_asset_materialization/my_asset`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command?.trim());
    await fetch(`${site.server.url}/report_asset_materialization/my_asset`, { method: "POST" });
    await page.getByRole("row", { name: "my_asset" }).waitFor();
    expect(await page.getByRole("row", { name: "my_asset" }).textContent()).toContain("just now");
  });
});

describe("a log with assets", () => {
  const site = webSite();

  test("search narrows the catalog while it is typed, and stays in the address", async () => {
    await site.report(materialized("find/orders"), materialized("find/users"), materialized("other"));
    const page = await site.visit("/?prefix=find");
    await page.getByRole("searchbox").pressSequentially("ord");
    await page.getByRole("link", { name: "users" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "orders" }).waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get("search") === "ord"); // slowly typed, "o" comes before
    await page.reload();
    expect(await page.getByRole("searchbox").inputValue()).toBe("ord");
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("No asset matches.").waitFor();
  });

  test("an open page of a busy asset is asked for again every few seconds, and not with each report", async () => {
    await site.report(materialized("busy/a"));
    const page = await site.visit("/assets/busy/a");
    await live(page);
    const looks: number[] = [];
    page.on("request", (request) => {
      if (request.resourceType() === "fetch" && request.url().endsWith("/assets/busy/a")) looks.push(Date.now());
    });
    let reports = 0;
    while (looks.length < 4) {
      reports++;
      await site.report(materialized("busy/a", { partition: `p${reports}` }));
    }
    const spans = looks.slice(1).map((time, i) => time - (looks[i] ?? 0));
    expect(Math.min(...spans)).toBeGreaterThan(1900);
    expect(reports).toBeGreaterThan(looks.length);
    // What came between two looks is not forgotten.
    await page.getByText(`p${reports}`, { exact: true }).first().waitFor();
  });

  test("a report shows in an open catalog, in the row that it concerns", async () => {
    await site.report(
      materialized("live/a", { timestamp: minutesAgo(90) }),
      materialized("live/b", { timestamp: minutesAgo(90) }),
    );
    const page = await site.visit("/?prefix=live");
    await live(page);
    const row = page
      .getByRole("row", { name: "a", exact: false })
      .filter({ has: page.locator('a[href="/assets/live/a"]') });
    expect(await row.textContent()).toContain("1 h ago");
    await page.evaluate("window.untouched = document.querySelector('a[href=\"/assets/live/b\"]').closest('tr')");
    await site.report(materialized("live/a"), checked("live/a", "c", false));
    await row.getByText("just now").waitFor();
    await row.getByText("1 failed").waitFor();
    expect(await page.evaluate("window.untouched.isConnected")).toBe(true);
    await site.report(materialized("live/new one"));
    await page.getByRole("link", { name: "new one" }).waitFor();
  });

  test("a group folds by its button, stays folded when something comes, and says what fails in it", async () => {
    await site.report(
      materialized("fold/in/a"),
      materialized("fold/in/b"),
      checked("fold/in/b", "c", false),
      materialized("fold/z"),
    );
    const page = await site.visit("/?prefix=fold");
    await live(page);
    const button = page.getByRole("button", { name: "Assets below fold/in" });
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    expect(await page.locator('a[href="/assets/fold/in/a"]').isVisible()).toBe(false);
    expect(await page.locator('a[href="/assets/fold/z"]').isVisible()).toBe(true);
    expect(await page.locator("tr.folded .folded-state").textContent()).toContain("1 failed");
    await site.report(materialized("fold/in/c"));
    await page.locator('a[href="/assets/fold/in/c"]').waitFor({ state: "attached" });
    expect(await page.locator('a[href="/assets/fold/in/c"]').isVisible()).toBe(false);
    await button.click();
    expect(await page.locator('a[href="/assets/fold/in/c"]').isVisible()).toBe(true);
  });

  test("a number is plotted, is read by pointing at it, zoomed by dragging, and goes on live", async () => {
    await site.report(
      ...Array.from({ length: 40 }, (_, i) =>
        materialized("plot", { timestamp: minutesAgo(400 - 10 * i), metadata: { rows: 100 + i, other: i } }),
      ),
    );
    const page = await site.visit("/assets/plot");
    await live(page);
    const plot = page.locator('figure[data-name="rows"]');
    await plot.locator("canvas").waitFor();
    expect(await page.locator("canvas").count()).toBe(2);
    const over = await plot.locator(".u-over").boundingBox();
    if (over === null) throw new Error("there is no plot");
    await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
    await plot.getByText(/^1\d\d · /).waitFor();
    await page.mouse.move(over.x + over.width * 0.25, over.y + 20);
    await page.mouse.down();
    await page.mouse.move(over.x + over.width * 0.75, over.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.locator('figure[data-name="rows"][data-zoomed]').waitFor();
    await page.locator('figure[data-name="other"][data-zoomed]').waitFor();
    await plot.getByRole("button", { name: "Whole range" }).click();
    await page.locator('figure[data-name="other"]:not([data-zoomed])').waitFor();
    await page.mouse.move(0, 0);
    await site.report(materialized("plot", { metadata: { rows: 777, other: 1 } }));
    await plot.getByText("777", { exact: true }).waitFor();
  });

  test("uPlot is loaded once a plot comes into sight, and nothing before the page", async () => {
    const metadata = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`text_${i}`, `value ${i}`]));
    await site.report(
      ...[1, 2, 3].map((rows) =>
        materialized("below", { timestamp: minutesAgo(rows), metadata: { ...metadata, rows } }),
      ),
    );
    const page = await site.visit("/assets/below", { viewport: { width: 390, height: 700 } });
    await live(page);
    const loaded = async () =>
      (await page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))",
      )) as string[];
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))");
    expect((await loaded()).filter((name) => name.endsWith(".js")).sort()).toEqual([
      ...["ago.js", "figures.js", "page.js", "plots.js"],
    ]);
    expect(await page.locator("head link[rel=stylesheet], script[src]").count()).toBe(0);
    await page.locator("figure.plot").scrollIntoViewIfNeeded();
    await page.locator("figure.plot canvas").waitFor();
    expect(await loaded()).toContain("uPlot.js");
  });

  test("metadata are filtered by their name", async () => {
    const metadata = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`name_${i}`, `value ${i}`]));
    await site.report(materialized("filtered", { metadata }));
    const page = await site.visit("/assets/filtered");
    await page.getByLabel("Filter metadata by name").fill("_11");
    await live(page);
    expect(await page.locator("table.values tbody tr:visible").count()).toBe(1);
  });

  test("five thousand partitions are a grid that arrow keys walk through", async () => {
    for (const from of [0, 2500]) {
      const partitions = Array.from({ length: 2500 }, (_, i) => `p${String(from + i).padStart(4, "0")}`);
      await site.report(materialized("wide", { partitions }));
    }
    await site.report(checked("wide", "c", false, { partition: "p0002" }));
    const page = await site.visit("/assets/wide");
    const cells = page.locator("#grid button");
    await cells.first().waitFor();
    expect(await cells.count()).toBe(5000);
    expect(await page.locator('#grid button[tabindex="-1"]').count()).toBe(4999);
    await cells.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.getByText("p0002: just now, a check fails").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#grid button:focus").getAttribute("value")).toBe("p0002");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Partition p0002" }).waitFor();
    expect(await page.locator("#grid [aria-pressed=true]").getAttribute("value")).toBe("p0002");
    const cell = await cells.first().boundingBox();
    expect(Math.min(cell?.width ?? 0, cell?.height ?? 0)).toBeGreaterThanOrEqual(8);
    // The focus stays where it is when a report brings another grid.
    await page.goto(`${site.server.url}/assets/wide`);
    await live(page);
    await cells.first().waitFor();
    await cells.nth(7).focus();
    await site.report(materialized("wide", { partition: "p5000" }), checked("wide", "c", true, { partition: "p0002" }));
    await page.getByRole("link", { name: "The next 5,000" }).waitFor();
    expect(await page.locator("#grid button:focus").getAttribute("value")).toBe("p0007");
    const plain = await site.visit("/assets/wide", { javaScriptEnabled: false });
    await plain.getByRole("link", { name: "Show a cell for each" }).click();
    await plain.locator('#grid button[value="p0002"]').click();
    await plain.getByRole("heading", { name: "Partition p0002" }).waitFor();
  });

  test("a check that fails shows at once, with its message and values, and goes when it passes", async () => {
    const page = await site.visit("/checks?prefix=checks");
    await live(page);
    await page.getByText("No check is failing.").waitFor();
    await site.report(
      checked("checks/a", "not_empty", false, { description: "there are no rows", metadata: { rows: 0 } }),
    );
    await page.getByText("there are no rows").waitFor();
    const row = page.getByRole("row", { name: "not_empty" });
    expect(await row.textContent()).toContain("just now");
    await site.report(checked("checks/a", "not_empty", true));
    await page.getByText("No check is failing.").waitFor();
  });

  test("the tail of events goes on, waits while it is paused, and then catches up", async () => {
    await site.report(materialized("tail", { partition: "first" }));
    const page = await site.visit("/events?asset_key=tail");
    await live(page);
    await site.report(materialized("tail", { partition: "second" }));
    await page.getByRole("row", { name: "second" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await site.report(materialized("tail", { partition: "third" }));
    await page.getByRole("button", { name: "Resume (1 new)" }).waitFor();
    expect(await page.getByRole("row", { name: "third" }).count()).toBe(0);
    await page.getByRole("button", { name: "Resume (1 new)" }).click();
    await page.getByRole("row", { name: "third" }).waitFor();
    expect(await page.locator("#events tr").count()).toBe(3);
  });

  test("filters of events are applied as they change, and a wrong one says what is wrong", async () => {
    await site.report(materialized("kinds"), checked("kinds", "c", true));
    const page = await site.visit("/events?asset_key=kinds");
    await page.getByLabel("Kind").selectOption("ASSET_CHECK_EVALUATION");
    await page.getByText("materialized", { exact: true }).waitFor({ state: "detached" });
    expect(page.url()).toContain("type=ASSET_CHECK_EVALUATION");
    const exported = await page.getByRole("link", { name: "Export" }).getAttribute("href");
    expect(exported).toContain("type=ASSET_CHECK_EVALUATION");
    site.tolerate(/status of 400/);
    await page.getByLabel("Since").fill("soonish");
    await page.keyboard.press("Enter");
    await page.getByText("The parameter since must be a time").waitFor();
    expect(await page.getByLabel("Since").inputValue()).toBe("soonish");
  });

  test("a filter that is chosen before the page's script is there is applied by it", async () => {
    await site.report(materialized("early"), checked("early", "c", true));
    const page = await site.visit("/checks");
    let deliver = () => {};
    const chosen = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route("**/page.js", async (route) => {
      await chosen;
      await route.continue();
    });
    await page.goto(`${site.server.url}/events?asset_key=early`);
    await page.getByLabel("Kind").selectOption("ASSET_CHECK_EVALUATION");
    expect(await page.getByText("materialized", { exact: true }).count()).toBe(1);
    deliver();
    await page.getByText("materialized", { exact: true }).waitFor({ state: "detached" });
    expect(page.url()).toEndWith("/events?type=ASSET_CHECK_EVALUATION&asset_key=early");
  });

  test("an asset is wiped after its name was typed, and not before", async () => {
    await site.report(materialized("gone"), materialized("stays"));
    const page = await site.visit("/assets/gone");
    await page.getByText("Wipe this asset…").click();
    await page.getByLabel("Type gone to confirm").fill("stays");
    await page.getByRole("button", { name: "Wipe" }).click();
    expect(await page.evaluate("document.querySelector('.wipe input').validity.patternMismatch")).toBe(true);
    expect((await fetch(`${site.server.url}/assets/gone`)).status).toBe(200);
    await page.getByLabel("Type gone to confirm").fill("gone");
    await page.getByRole("button", { name: "Wipe" }).click();
    await page.waitForURL(`${site.server.url}/`);
    expect(await page.locator('a[href="/assets/gone"]').count()).toBe(0);
    expect((await fetch(`${site.server.url}/assets/gone`)).status).toBe(404);
    expect(await page.locator('a[href="/assets/stays"]').count()).toBe(1);
  });

  test("without a script everything can be read, and nothing is offered that would need one", async () => {
    await site.report(
      materialized("plain/a", { metadata: { rows: 1 }, partition: "p", timestamp: minutesAgo(5) }),
      materialized("plain/a", { metadata: { rows: 2 } }),
    );
    const page = await site.visit("/?prefix=plain", { javaScriptEnabled: false });
    await page.getByRole("searchbox").fill("plain");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("link", { name: "a", exact: false }).filter({ hasText: "plain" }).first().click();
    await page.getByRole("heading", { name: "a" }).first().waitFor();
    expect(await page.locator("figure.plot svg path").isVisible()).toBe(true);
    await page.locator("#grid button").click();
    await page.getByRole("heading", { name: "Partition p" }).waitFor();
    await page.getByRole("link", { name: "Events", exact: true }).click();
    expect(await page.getByRole("button", { name: "Pause" }).isVisible()).toBe(false);
    expect(await page.locator("#events tr").count()).toBeGreaterThan(1);
    await page.locator("#events .number a").first().click();
    await page.getByRole("heading", { name: "JSON" }).waitFor();
    await page.locator(".crumbs a").last().click();
    await page.getByText("Wipe this asset…").click();
    await page.getByLabel("Type plain/a to confirm").fill("plain/a");
    await page.getByRole("button", { name: "Wipe" }).click();
    await page.getByRole("searchbox").waitFor();
    expect((await fetch(`${site.server.url}/assets/plain/a`)).status).toBe(404);
  });

  test.each(["/", "/assets/narrow%20one", "/events", "/checks", "/alerts"])(
    "%s fits a phone of 360 pixels",
    async (path) => {
      await site.report(
        materialized("narrow one", {
          description: "d".repeat(500),
          metadata: {
            ["n".repeat(90)]: "v".repeat(500),
            url: { type: "url", raw_value: `https://example.org/${"u".repeat(300)}` },
          },
          partition: "p".repeat(200),
        }),
        checked("narrow one", "c".repeat(100), false, { description: "x".repeat(300) }),
        materialized("deep/deeper/deepest/a"),
        materialized("deep/deeper/deepest/b"),
      );
      const page = await site.visit(path, { viewport: { width: 360, height: 740 } });
      const [width, wanted] = (await page.evaluate("[innerWidth, document.documentElement.scrollWidth]")) as [
        number,
        number,
      ];
      expect([width, wanted]).toEqual([360, 360]);
    },
  );

  test("is dark where that is wished", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const page = await site.visit("/", { colorScheme });
      return page.evaluate("getComputedStyle(document.body).backgroundColor");
    };
    expect(await background("light")).toBe("rgb(252, 252, 251)");
    expect(await background("dark")).toBe("rgb(18, 22, 27)");
  });
});
