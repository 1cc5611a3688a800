import type { AppOptions, RunlessApp } from "../http/app-deps.ts";
import { createRoutedApp } from "./app.ts";

/**
 * The server as functions of a Request. It listens to nothing: bun.ts and node.ts do, or a server of your own.
 *
 * @example
 * const log = await openEventLog({ url: "file:runless.db" });
 * const { fetch } = createApp({ log, browser: { corsOrigins: [], hosts: () => [] } });
 * Bun.serve({ hostname: "127.0.0.1", port: 3000, fetch });
 */
export function createApp(given: AppOptions): RunlessApp {
  const { fetch, report } = createRoutedApp(given);
  return { fetch, report };
}
