import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import axe from "axe-core";
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
  "/events",
  "/events/1",
  "/checks",
  "/assets?asset_key=%5B%22%3Cb%3E%22%2C%22..%22%5D",
];

async function findingsAt(site: ReturnType<typeof webSite>, path: string, colorScheme: "light" | "dark") {
  // The page's policy holds for what a test adds, too: axe comes by the browser's door for tools.
  const page = await site.visit(path, { colorScheme });
  if (!path.startsWith("/events/")) await page.locator("#live[data-state=live]").waitFor();
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as Findings;
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html.slice(0, 200))
        .slice(0, 3)
        .join("\n")}`,
  );
}

describe.each(["light", "dark"] as const)("axe finds nothing to complain of, %s", (colorScheme) => {
  const site = webSite();
  beforeAll(async () => {
    await reportDemo(site.server.url);
    await site.report(
      { ...materialized(""), asset_key: ["<b>", ".."], metadata: { "<i>": "\u202e<script>" }, partition: "<p>" },
      { ...checked("", "<c>", false), asset_key: ["<b>", ".."] },
    );
  });

  test.each(paths)("%s", async (path) => {
    expect(await findingsAt(site, path, colorScheme)).toEqual([]);
  });

  test("the page for what is not there", async () => {
    site.tolerate(/status of 404/);
    const page = await site.visit("/assets/no/such", { colorScheme });
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate("axe.run()")) as Findings;
    expect(violations).toEqual([]);
  });
});

describe("axe on the sign-in", () => {
  const site = webSite({ env: { RUNLESS_TOKENS: "me:read=a-secret-of-some-length" } });
  test.each(["light", "dark"] as const)("finds nothing to complain of, %s", async (colorScheme) => {
    site.tolerate(/status of 401/);
    const page = await site.visit("/", { colorScheme });
    const violations = async () => {
      await page.evaluate(axe.source);
      return ((await page.evaluate("axe.run()")) as Findings).violations;
    };
    expect(await violations()).toEqual([]);
    await page.getByLabel("Token").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await violations()).toEqual([]);
    await page.getByLabel("Token").fill("a-secret-of-some-length");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(await violations()).toEqual([]);
  });
});

describe("axe on an empty log", () => {
  const site = webSite();
  test.each(["light", "dark"] as const)("finds nothing to complain of, %s", async (colorScheme) => {
    expect(await findingsAt(site, "/", colorScheme)).toEqual([]);
  });
});
