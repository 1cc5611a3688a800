import type { Hono } from "hono";
import { EventLogError } from "../../../storage/index.ts";
import { packageInfo } from "../../config/package-info.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { respond } from "../json-response.ts";
import { routes } from "../routes.ts";
import type { InstrumentedAppends } from "./instrument-appends.ts";

export function healthRoutes(deps: AppDeps, appends: InstrumentedAppends): Hono<AppEnv> {
  return routes(deps)
    .get("/health", "nothing", () => respond({ status: "ok" }, 200, healthHeaders()))
    .get("/ready", "nothing", async () => {
      const reason = await whyNotReady(deps, appends);
      return reason === undefined ? respond({ ready: true }) : respond({ ready: false, reason }, 503);
    }).app;
}

let headers: { readonly runless: string } | undefined;

/** By which a command knows a runless from whatever else may listen on its port. */
export function healthHeaders(): { readonly runless: string } {
  headers ??= { runless: packageInfo().version };
  return headers;
}

async function whyNotReady({ log, isAccepting = () => true, damage }: AppDeps, appends: InstrumentedAppends) {
  if (!isAccepting()) return "The server is shutting down.";
  // Only a restart ends it, and what is tried below may touch no page but whole ones.
  const damaged = damage?.();
  if (damaged !== undefined) return damaged;
  if (appends.isOverloaded()) return "More is reported than can be recorded.";
  try {
    await appends.assertRecording();
    await log.id(); // the least that is read
    return undefined;
  } catch (error) {
    if (error instanceof EventLogError) return error.message;
    throw error;
  }
}
