import { describe, expect, test } from "bun:test";
import { EventFeeds, type FeedPosition } from "../../../../adapters/http/events/event-feeds.ts";
import { createEventPages, type EventPages } from "../../../../adapters/http/events/event-pages.ts";
import { materialization } from "../../../../core/index.ts";
import type { EventLog } from "../../../../storage/index.ts";
import { memory } from "../native.ts";

async function feedsOver(count: number) {
  const log = memory();
  for (let i = 0; i < count; i++) await append(log);
  const pages = createEventPages(log);
  let asked = 0;
  let gate: Promise<void> | undefined;
  const counted: EventPages = {
    ...pages,
    page: async (...args) => {
      asked++;
      const page = await pages.page(...args);
      await gate;
      return page;
    },
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return () => {
      gate = undefined;
      resolve();
    };
  };
  return { log, feeds: new EventFeeds(counted, (listener) => log.watch(listener)), asked: () => asked, hold };
}

const append = (log: EventLog, key = "a") => log.append([[{ event: materialization(key) }]]);
const start: FeedPosition = { after: 0, cursor: undefined };
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("streams with one filter", () => {
  test("that stand at one place share one page, however many they are and when they come", async () => {
    const { feeds, asked } = await feedsOver(20);
    const readers = Array.from({ length: 200 }, () => feeds.open({ assetKey: ["a"] }));
    const found = await Promise.all(readers.map((reader) => reader.page(start)));
    expect(new Set(found.map(({ bytes }) => bytes)).size).toBe(1);
    expect((await feeds.open({ assetKey: ["a"] }).page(start)).bytes).toBe(found[0]?.bytes as never);
    expect(asked()).toBe(1);
  });

  test("share none with those of another filter", async () => {
    const { feeds, asked } = await feedsOver(20);
    const [mine, theirs] = [feeds.open({}), feeds.open({ assetKey: ["b"] })];
    expect((await mine.page(start)).events).toBe(20);
    expect((await theirs.page(start)).events).toBe(0);
    expect(asked()).toBe(2);
  });

  test("miss nothing that was recorded after a page that they share was begun", async () => {
    const { log, feeds, hold } = await feedsOver(0);
    const [early, late] = [feeds.open({}), feeds.open({})];
    const release = hold();
    const first = early.page(start);
    await append(log);
    const second = late.page(start);
    release();
    expect((await first).events).toBe(0);
    expect((await second).events).toBe(1);
  });

  test("see nothing of what was wiped before they asked", async () => {
    const { log, feeds } = await feedsOver(3);
    const reader = feeds.open({});
    expect(textOf((await reader.page(start)).bytes)).toContain("ASSET_MATERIALIZATION");
    await log.wipe({ assetKey: ["a"] }, null);
    feeds.forget();
    expect(textOf((await reader.page(start)).bytes)).not.toContain("ASSET_MATERIALIZATION");
  });

  test("leave no page behind when the last of them ends", async () => {
    const { feeds, asked } = await feedsOver(3);
    const readers = [feeds.open({}), feeds.open({})];
    for (const reader of readers) await reader.page(start);
    for (const reader of readers) reader.close();
    await feeds.open({}).page(start);
    expect(asked()).toBe(2);
  });

  test("wake after a commit, also one that came between two waits", async () => {
    const { log, feeds } = await feedsOver(0);
    const reader = feeds.open({});
    await append(log);
    await reader.wait(60_000);
    const waiting = reader.wait(60_000);
    await append(log);
    await waiting;
    reader.close();
    await reader.wait(60_000);
  });
});
