import { describe, expect, test } from "bun:test";
import { RunlessClient } from "../../adapters/client.ts";
import { RunlessInstance } from "../../adapters/index.ts";
import { createApp, openTokenCache } from "../../adapters/server/http.ts";
import { materialization } from "../../core/index.ts";
import { createMemoryDefinitionStore, createMemoryEventLog, createMemoryTokenStore } from "../../storage/index.ts";
import { eventLogContract, maintenanceContract } from "../../storage/testing/index.ts";
import {
  ClassBrowserPolicy,
  ClassDefinitionStore,
  ClassEventLog,
  ClassSendStore,
  ClassTokenCache,
  ClassTokenStore,
  ClassWatchStore,
} from "../contracts/class-stores.ts";
import { runlessApiContract } from "../contracts/runless-api.ts";
import { bearer, namedToken } from "./http/guarded.ts";
import { allRoutes, answersOf, exampleRequest } from "./http/route-examples.ts";
import { standInSendStore } from "./http/stand-in-send-store.ts";
import { alertOf, standInWatchStore, subjectOf } from "./http/watching/stand-in-watch-store.ts";

const memory = () => new ClassEventLog(createMemoryEventLog({ now: Date.now }));

const open = async (options: { readonly now: () => number }) => new ClassEventLog(createMemoryEventLog(options));
eventLogContract({ describe, test }, "a log that is a class", open, { keepsReporters: true });
maintenanceContract({ describe, test }, "a log that is a class", open);

runlessApiContract("RunlessInstance on a log that is a class", async () => {
  const api = new RunlessInstance(memory());
  return { api, close: () => api.close() };
});

runlessApiContract("RunlessClient of an app on a log that is a class", async () => {
  const log = memory();
  const app = createApp({ log });
  const fetch = (url: string, init: RequestInit) => app.fetch(new Request(url, init));
  const api = new RunlessClient({ url: "http://runless.test/", fetch });
  return { api, close: () => api.close().then(() => log.close()) };
});

describe("an app whose log, tokens and policy are classes answers", () => {
  test.each([...allRoutes])("%s", async (route) => {
    const log = memory();
    await log.append([[{ event: materialization(["s3", "orders"], { partition: "p" }) }]]);
    const store = new ClassTokenStore(createMemoryTokenStore({ now: Date.now }));
    await store.create(namedToken("admin", { scopes: ["admin"] }));
    const tokens = new ClassTokenCache(await openTokenCache({ store }));
    const definitions = new ClassDefinitionStore(createMemoryDefinitionStore({ now: Date.now }));
    const watched = standInWatchStore({ alerts: [alertOf(1, "s3/orders")], subjects: [subjectOf("s3/orders")] });
    const watching = new ClassWatchStore(watched);
    const sending = new ClassSendStore(standInSendStore());
    const now = () => Date.UTC(2026, 10, 23, 12);
    const app = createApp({
      log,
      definitions,
      watching,
      sending,
      tokens,
      now,
      browser: new ClassBrowserPolicy(["localhost"]),
    });
    const response = await app.fetch(exampleRequest(route, { host: "localhost", ...bearer("admin") }));
    expect(answersOf(route)).toContain(response.status);
    await response.body?.cancel();
  });
});

test("a token store that is a class learns when its tokens are used", async () => {
  const store = new ClassTokenStore(createMemoryTokenStore({ now: Date.now }));
  await store.create(namedToken("reader", { scopes: ["read"] }));
  const app = createApp({ log: memory(), tokens: await openTokenCache({ store }) });
  expect((await app.fetch(new Request("http://localhost/api/v1/log", { headers: bearer("reader") }))).status).toBe(200);
  expect(await store.list()).toMatchObject([{ name: "reader", lastUsedAt: expect.any(Number) }]);
});
