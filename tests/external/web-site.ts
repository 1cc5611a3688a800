import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { demoEvents } from "../../adapters/cli/demo/demo-events.ts";
import { formatNewEvent } from "../../core/events/wire.ts";
import { type RunningServer, type ServerOptions, startServer } from "../server.ts";
import { launchBrowser, type WatchedPage, watchedPage } from "./web-browser.ts";

export interface WebSite {
  readonly server: RunningServer;
  /** A new page at this path, on which nobody may complain before the test's end. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
  report(...events: readonly object[]): Promise<void>;
  /** What the rest of the test may have on the console, since it is about that. */
  tolerate(complaint: RegExp): void;
}

interface WebSiteOptions extends ServerOptions {
  /** Reports come with it. */
  readonly token?: string;
}

/** A server and a browser for the tests of a file. */
export function webSite({ token, ...options }: WebSiteOptions = {}): WebSite {
  let server: RunningServer;
  let browser: Browser;
  let visited: WatchedPage[] = [];
  let tolerated: RegExp | undefined;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer("bun", options), launchBrowser()]);
  });
  afterEach(async () => {
    const ended = visited;
    visited = [];
    for (const { page } of ended) await page.context().close();
    const complaints = ended.flatMap((watched) => watched.complaints).filter((text) => tolerated?.test(text) !== true);
    tolerated = undefined;
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  return {
    get server() {
      return server;
    },
    visit: async (path, options) => {
      const watched = await watchedPage(browser, options);
      visited.push(watched);
      await watched.page.goto(server.url + path);
      return watched.page;
    },
    tolerate: (complaint) => {
      tolerated = complaint;
    },
    report: async (...events) => post(server.url, JSON.stringify(events), token),
  };
}

/** Fills a server with the demo's month. */
export async function reportDemo(url: string): Promise<void> {
  const events = demoEvents(Date.now());
  for (let i = 0; i < events.length; i += 1000) {
    await post(
      url,
      `[${events
        .slice(i, i + 1000)
        .map((event) => formatNewEvent(event, undefined))
        .join(",")}]`,
    );
  }
}

async function post(url: string, body: string, token?: string): Promise<void> {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/api/v1/events`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(await response.text());
}

export function materialized(key: string, fields: object = {}) {
  return { type: "ASSET_MATERIALIZATION", asset_key: key, ...fields };
}

export function checked(key: string, name: string, passed: boolean, fields: object = {}) {
  return { type: "ASSET_CHECK_EVALUATION", asset_key: key, check_name: name, passed, ...fields };
}
