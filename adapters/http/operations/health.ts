import type { Hono } from "hono";
import { EventLogError } from "../../../storage/index.ts";
import { packageInfo } from "../../config/package-info.ts";
import type { AppEnv } from "../app-deps.ts";
import { respond } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";
import type { InstrumentedAppends } from "./instrument-appends.ts";

export function healthRoutes(deps: RouteDeps, appends: InstrumentedAppends): Hono<AppEnv> {
  return routes(deps)
    .get("/health", "nothing", () => respond({ status: "ok" }, 200, healthHeaders()))
    .get("/ready", "nothing", async () => {
      const reason = await whyNotReady(deps, appends);
      return reason === undefined ? respond({ ready: true }) : respond({ ready: false, reason }, 503);
    }).app;
}

let headers: { readonly runless: string } | undefined;

/** The header that tells a command that a runless, and no other program, listens on the port. */
export function healthHeaders(): { readonly runless: string } {
  headers ??= { runless: packageInfo().version };
  return headers;
}

async function whyNotReady({ log, isAccepting = () => true, damage }: RouteDeps, appends: InstrumentedAppends) {
  if (!isAccepting()) return "The server is shutting down.";
  // Damage lasts until a restart. The checks below may read undamaged pages only.
  const damaged = damage?.();
  if (damaged !== undefined) return damaged;
  if (appends.isOverloaded()) return "More is reported than can be recorded.";
  try {
    await appends.assertRecording();
    await log.id(); // the cheapest read
    return undefined;
  } catch (error) {
    if (error instanceof EventLogError) return error.message;
    throw error;
  }
}
