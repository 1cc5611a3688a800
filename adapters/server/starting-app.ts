import { Hono } from "hono";
import type { AppEnv } from "../http/app-deps.ts";
import { refuse } from "../http/body/body-reader.ts";
import { errorResponse } from "../http/error-response.ts";
import { HttpError } from "../http/http-error.ts";
import { healthHeaders } from "../http/operations/health.ts";
import { respond } from "../http/responses.ts";

const reason = "The server is starting: its database is being opened or migrated.";

/** The app before the log is open, which may take long because of a migration. The server is alive, but not ready. */
export function createStartingApp(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/health", () => respond({ status: "ok" }, 200, healthHeaders()))
    .get("/ready", () => respond({ ready: false, reason }, 503))
    .all("*", (c) => refuse(c.req.raw, new HttpError(503, reason, { "retry-after": "1" })))
    .onError((error, c) => errorResponse(error, c.req.raw));
}
