import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../app-deps.ts";

/** Answers the pages of these origins so that their browser lets them read it, and its preflights. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const share = cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    exposeHeaders: ["Retry-After", "Runless-Ignored"],
    maxAge: 600,
  });
  // Whoever else asks is the gate's to refuse: cors() would answer every preflight.
  return (c, next) => (origins.includes(c.req.header("origin") ?? "") ? share(c, next) : next());
}
