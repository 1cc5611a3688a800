// Apart from browser-guard.ts, whose types are public: they must not lead to those of Hono.
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** Adds the CORS headers for pages of these origins, and answers their preflight requests. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  const share = cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    exposeHeaders: ["Retry-After", "Runless-Ignored"],
    maxAge: 600,
  });
  // The request guard refuses other origins. cors() would answer every preflight.
  return (c, next) => (origins.includes(c.req.header("origin") ?? "") ? share(c, next) : next());
}
