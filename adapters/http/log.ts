import { Hono } from "hono";
import type { AppDeps } from "./app-deps.ts";
import { noParameters, readQuery } from "./query-parameters.ts";

/** What tells this log from every other: an import knows an exported event by it. */
export function logRoutes({ log }: AppDeps): Hono {
  return new Hono().get("/", async (c) => {
    readQuery(c.req.url, noParameters);
    return c.json({ log_id: await log.id() });
  });
}
