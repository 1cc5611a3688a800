import { Hono } from "hono";
import type { AppDeps } from "./app-deps.ts";

export function healthRoutes({ log, isAccepting = () => true }: AppDeps): Hono {
  return new Hono()
    .get("/health", (c) => c.json({ status: "ok" }))
    .get("/ready", async (c) => {
      if (!isAccepting()) return c.json({ ready: false, reason: "The server is shutting down." }, 503);
      await log.query({}, { limit: 1, order: "desc" });
      return c.json({ ready: true });
    });
}
