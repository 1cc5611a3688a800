import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { checked, materialized, reportDemo, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

interface Findings {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

const paths = [
  "/",
  "/?sort=latest",
  "/?search=nothing",
  "/assets/warehouse/core/fct_orders",
  "/assets/warehouse/core/fct_orders?partition=2026-01-01",
  "/assets/images/product_photos",
  "/assets/vendor/exchange_rates",
  "/assets/vendor/exchange_rates?range=24h",
  "/assets/warehouse/marts/revenue_by_day",
  "/assets/schema",
  "/events",
  "/events/1",
  "/checks",
  "/assets?asset_key=%5B%22%3Cb%3E%22%2C%22..%22%5D",
];

/** What axe finds on a page, light and dark. */
async function findingsOn(page: Page) {
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  // The page's policy holds for what a test adds, too: axe comes by the browser's door for tools.
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as Findings;
    for (const { id, nodes } of violations) {
      const places = nodes.slice(0, 3).map(({ html }) => html.slice(0, 200));
      found.push([`${colorScheme}, ${id}:`, ...places].join("\n"));
    }
  }
  return found;
}

const live = (page: Page) => page.locator("#live[data-state=live]").waitFor();

describe("axe finds nothing to complain of", () => {
  const site = webSite();

  test("on an empty log", async () => {
    const page = await site.visit("/");
    await live(page);
    expect(await findingsOn(page)).toEqual([]);
  });

  describe("on a page of the demo", () => {
    beforeAll(async () => {
      await reportDemo(site.server.url);
      await site.report(
        { ...materialized(""), asset_key: ["<b>", ".."], metadata: { "<i>": "\u202e<script>" }, partition: "<p>" },
        { ...checked("", "<c>", false), asset_key: ["<b>", ".."] },
        materialized("schema", {
          timestamp: new Date(Date.now() + 3_600_000).toISOString(),
          description: "one\ntwo",
          metadata: {
            log: Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n"),
            schema: { type: "table_schema", raw_value: { columns: [{ name: "a", type: "int", tags: { pii: "" } }] } },
          },
        }),
      );
    });

    test.each(paths)("%s", async (path) => {
      const page = await site.visit(path);
      if (!path.startsWith("/events/")) await live(page);
      expect(await findingsOn(page)).toEqual([]);
    });

    test("of assets that are defined", async () => {
      const start = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10);
      const described = { owners: ["team:finance"], group: "finance", tags: { tier: "gold" }, kinds: ["dbt"] };
      const soon = { type: "time_window", fail_window: "1s" };
      const body = JSON.stringify({
        assets: [
          { key: "never/reported", ...described, description: "one\ntwo", deps: ["schema"] },
          { key: "schema", ...described, partitions: { type: "daily", start }, freshness: soon },
          { key: "vendor/exchange_rates", ...described, partitions: { type: "static", keys: ["eu", "us"] } },
          { prefix: "warehouse", owners: ["team:finance"], freshness: soon },
        ],
      });
      await fetch(`${site.server.url}/api/v1/definitions?source=axe`, { method: "PUT", body });
      for (let late = ""; !late.includes("fct_orders"); ) {
        late = await (await fetch(`${site.server.url}/api/v1/alerts?kind=freshness`)).text();
      }
      const mute = JSON.stringify({ prefix: "warehouse", until: new Date(Date.now() + 3_600_000).toISOString() });
      await fetch(`${site.server.url}/api/v1/alerts/mute`, { method: "POST", body: mute });
      const shown = [
        "/",
        "/alerts",
        "/?state=late",
        "/?owner=team:finance",
        "/?state=never",
        "/assets/never/reported",
        "/assets/schema",
        "/assets/warehouse/core/fct_orders",
      ];
      for (const path of [...shown, "/assets/vendor/exchange_rates"]) {
        const page = await site.visit(path);
        await live(page);
        expect([path, ...(await findingsOn(page))]).toEqual([path]);
      }
      await fetch(`${site.server.url}/api/v1/definitions?source=axe&allow_empty=true`, {
        method: "PUT",
        body: '{"assets": []}',
      });
    });

    test("with a filter that is wrong", async () => {
      site.tolerate(/status of 400/);
      const page = await site.visit("/events?since=gestern");
      await page.getByRole("alert").waitFor();
      expect(await findingsOn(page)).toEqual([]);
    });

    test("of many assets and many checks", async () => {
      const keys = Array.from({ length: 300 }, (_, i) => `many/group${i % 3}/asset${i}`);
      const checks = Array.from({ length: 120 }, (_, i) => checked("many/checks", `check${i}`, i % 9 > 0));
      await site.report(...keys.map((key) => materialized(key)), ...checks);
      for (const path of ["/", "/assets/many/checks", "/assets/many/checks?checks=all"]) {
        const page = await site.visit(path);
        await live(page);
        expect([path, ...(await findingsOn(page))]).toEqual([path]);
      }
    });

    test("while news are held back", async () => {
      const page = await site.visit("/events");
      await live(page);
      await page.evaluate("scrollTo(0, 500)");
      await site.report(materialized("news"));
      await page.getByRole("button", { name: "1 new" }).waitFor();
      expect(await findingsOn(page)).toEqual([]);
    });

    test("that is not there", async () => {
      site.tolerate(/status of 404/);
      expect(await findingsOn(await site.visit("/assets/no/such"))).toEqual([]);
    });
  });
});

describe("axe finds nothing to complain of", () => {
  const site = webSite({ env: { RUNLESS_TOKENS: "me:read=a-secret-of-some-length" } });

  test("on the sign-in, while it is refused, and after", async () => {
    site.tolerate(/status of 401/);
    const page = await site.visit("/");
    expect(await findingsOn(page)).toEqual([]);
    await page.getByLabel("Token").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await findingsOn(page)).toEqual([]);
    await page.getByLabel("Token").fill("a-secret-of-some-length");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(await findingsOn(page)).toEqual([]);
  });
});
