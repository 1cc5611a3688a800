import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { hashSecret } from "../../adapters/config/token-format.ts";
import { openStores } from "../../storage/index.ts";
import { temporaryFolder } from "../server.ts";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const secrets = { reader: "reader-0123456789abcdef", admin: "admin-0123456789abcdef", mine: "mine-0123456789abcdef" };
const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
const site = webSite({
  databaseUrl,
  token: secrets.admin,
  env: {
    RUNLESS_TOKENS: `reader:read=${secrets.reader} admin:admin=${secrets.admin} mine:read:mine=${secrets.mine}`,
  },
});

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const live = (page: Page) => page.locator("#live[data-state=live]").waitFor();

describe("signing in", () => {
  test("leads to the page that was asked for, which is live, and ends with signing out", async () => {
    await site.report(materialized("a"), materialized("b"));
    site.tolerate(/status of 401/);
    const page = await site.visit("/events?asset_key=a");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, "not-a-token-of-this-server");
    await page.getByText("This server does not know the token.").waitFor();
    await signIn(page, secrets.reader);
    await page.waitForURL(`${site.server.url}/events?asset_key=a`);
    await live(page);
    const before = await page.locator("#events tr").count();
    await site.report(materialized("a"));
    await page.locator(`#events tr:nth-child(${before + 1})`).waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("tells the server whether the page came by https, which it can't see behind a proxy", async () => {
    const page = await site.visit("/");
    const sent = page.waitForRequest((request) => request.method() === "POST");
    await signIn(page, secrets.reader);
    expect(await (await sent).headerValue("origin")).toBe(site.server.url);
    await page.getByRole("heading", { name: "Assets" }).waitFor();
  });

  test("works without a script", async () => {
    const page = await site.visit("/", { javaScriptEnabled: false });
    await signIn(page, secrets.reader);
    await page.getByRole("heading", { name: "Assets" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("lasts: a link on another site leads to the page", async () => {
    await site.report(materialized("linked"));
    site.tolerate(/another host/);
    const page = await site.visit("/");
    await signIn(page, secrets.reader);
    await page.getByRole("heading", { name: "Assets" }).waitFor();
    const other = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<link rel="icon" href="data:,"><a href="${site.server.url}/assets/linked">linked</a>`);
    });
    await new Promise<void>((resolve) => other.listen(0, "localhost", resolve));
    try {
      await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`); // a TCP server has one
      await page.getByRole("link", { name: "linked" }).click();
      await page.getByRole("heading", { name: "linked" }).waitFor();
      expect(page.url()).toBe(`${site.server.url}/assets/linked`);
    } finally {
      other.close();
    }
  });

  test("lasts as long as the token: a page that is open leads back to the sign-in", async () => {
    const { log, tokens } = await openStores({ url: databaseUrl });
    const secret = "brief-0123456789abcdef";
    const hash = hashSecret(secret);
    await tokens.create({ name: "brief", hash, scopes: ["read"], prefix: null, expiresAt: null });
    site.tolerate(/status of 401|net::ERR_/);
    const page = await site.visit("/");
    // The server knows a new token within two seconds.
    for (;;) {
      await signIn(page, secret);
      const open = page.getByRole("button", { name: "Sign out" });
      await open.or(page.getByRole("alert")).waitFor();
      if (await open.isVisible()) break;
    }
    await live(page);
    await tokens.revoke("brief");
    await log.close();
    const heading = page.getByRole("heading", { name: "Sign in" });
    while (!(await heading.isVisible())) {
      await site.report(materialized("news"));
      await heading.waitFor({ timeout: 1000 }).catch(() => {});
    }
    await page.getByText("The token brief was revoked at").waitFor();
  });
});

describe("what a token can't see or do", () => {
  test("is not there: other assets for a prefix, the wipe for a reader", async () => {
    await site.report(materialized("mine/x"), materialized("theirs/y"));
    const page = await site.visit("/");
    await signIn(page, secrets.mine);
    await page.getByRole("link", { name: "x", exact: false }).waitFor();
    await live(page);
    expect(await page.getByText("theirs").count()).toBe(0);
    await site.report(materialized("theirs/z"), materialized("mine/news"));
    await page.getByRole("link", { name: "news" }).waitFor();
    expect(await page.getByText("theirs").count()).toBe(0);
    await page.goto(`${site.server.url}/assets/mine/x`);
    expect(await page.getByText("Wipe this asset…").count()).toBe(0);
  });

  test("an admin wipes", async () => {
    await site.report(materialized("gone"));
    const page = await site.visit("/assets/gone");
    await signIn(page, secrets.admin);
    await page.getByText("Wipe this asset…").click();
    await page.getByLabel("Type gone to confirm").fill("gone");
    await page.getByRole("button", { name: "Wipe" }).click();
    await page.waitForURL(`${site.server.url}/`);
    expect(await page.locator('a[href="/assets/gone"]').count()).toBe(0);
  });

  test.each(["/sign-in", "/"])("%s fits a phone of 360 pixels", async (path) => {
    const page = await site.visit(path, { viewport: { width: 360, height: 740 } });
    if (path === "/") await signIn(page, secrets.reader);
    await page.getByRole("heading").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });
});
