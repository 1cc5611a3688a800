import { logger } from "../../config/logger.ts";
import type { RequestParts } from "../request-parts.ts";
import { rawPath } from "../request-path.ts";

const mostKnown = 1000;
const longest = 200;
const known = new Set<string>();

/**
 * Writes down who reports without a token while that is let pass, so that nobody is forgotten when it ends: each program
 * with each path once, as far as it says who it is.
 */
export function logUnnamed({ method, url, headers }: RequestParts): void {
  if (known.size >= mostKnown) return;
  const facts = {
    user_agent: (headers.get("user-agent") ?? "").slice(0, longest),
    method,
    path: rawPath(url).slice(0, longest),
  };
  const key = JSON.stringify(facts);
  if (known.has(key)) return;
  known.add(key);
  logger.warn("a report without a token, which will be refused when the grace has ended", facts);
}
