// Apart from app.ts, whose types lead to Hono: those of createApp are public.
import type { AppOptions, RunlessApp } from "../http/app-deps.ts";
import { createRoutedApp } from "./app.ts";

/**
 * Creates the server as functions of a Request. It does not listen: bun.ts and node.ts do, or a server of your own.
 *
 * @example
 * const log = await openEventLog({ url: "file:runless.db" });
 * const app = createApp({ log, browser: { corsOrigins: [], hosts: () => [] } });
 * const server = Bun.serve({ hostname: "127.0.0.1", port: 3000, fetch: app.fetch });
 * console.log((await fetch(new URL("/ready", server.url))).status); // 200
 * await server.stop();
 * await log.close();
 */
export function createApp(given: AppOptions): RunlessApp {
  const { fetch, report } = createRoutedApp(given);
  return { fetch, report };
}
