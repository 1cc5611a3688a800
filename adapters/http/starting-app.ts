import { Hono } from "hono";
import type { AppEnv } from "./app-deps.ts";
import { errorResponse } from "./error-response.ts";
import { healthHeaders } from "./health.ts";
import { HttpError } from "./http-error.ts";
import { respond } from "./json-response.ts";
import { refuse } from "./refuse.ts";

const reason = "The server is starting: its database is being opened or migrated.";

/** What a server answers before its log is open, which a migration may take long for: that it lives, and is not ready. */
export function createStartingApp(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/health", () => respond({ status: "ok" }, 200, healthHeaders()))
    .get("/ready", () => respond({ ready: false, reason }, 503))
    .all("*", (c) => refuse(c.req.raw, new HttpError(503, reason, { "retry-after": "1" })))
    .onError((error, c) => errorResponse(error, c.req.raw));
}
