// The server on Bun, Node or Deno, with a log in memory that fails where an asset's name says so, and that counts. Not
// TypeScript, and from dist, because Node 20 runs it too. Prints its port.
import { serve } from "@hono/node-server";
import { defaultLimits } from "../../dist/adapters/config/limits.js";
import { createApp } from "../../dist/adapters/server/http.js";
import { createMemoryEventLog, EventLogError } from "../../dist/storage/index.js";

const memory = createMemoryEventLog({ now: Date.now });
const fail = () => Promise.reject(new EventLogError("unavailable", "The disk is full."));
const names = (events, name) => events.some((event) => event.assetKey[0] === name);
const counts = { watchers: 0, pages: 0 };

const log = {
  ...memory,
  append: (units) => {
    const events = units.flat().map(({ event }) => event);
    return names(events, "unrecordable") ? fail() : memory.append(units);
  },
  query: async (filter, page) => {
    counts.pages++;
    const found = await memory.query(filter, page);
    return names(found.events, "unreadable") ? fail() : found;
  },
  watch: (listener) => {
    counts.watchers++;
    const unwatch = memory.watch(listener);
    return () => {
      counts.watchers--;
      unwatch();
    };
  },
};

const config = { limits: { ...defaultLimits, bodyBytes: 1 << 20 } };
const app = createApp({ log, config });
const fetch = (request, env) => (request.url.endsWith("/counts") ? Response.json(counts) : app.fetch(request, env));

const address = { hostname: "127.0.0.1", port: 0 };
if (globalThis.Bun !== undefined) {
  const limits = { idleTimeout: 60, maxRequestBodySize: Number.MAX_SAFE_INTEGER };
  console.log(Bun.serve({ ...address, fetch: (request) => fetch(request), ...limits }).port);
} else {
  serve({ ...address, fetch }, ({ port }) => console.log(port));
}
