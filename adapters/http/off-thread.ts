import type { Handler, Input } from "hono";
import type { AppDeps, AppEnv } from "./app-deps.ts";

/** The handler, or in its place the other thread where there is one. */
export function offThread<Path extends string, In extends Input>(
  { forwarder }: Pick<AppDeps, "forwarder">,
  handler: Handler<AppEnv, Path, In>,
): Handler<AppEnv, Path, In> {
  if (forwarder === undefined) return handler;
  return (c) => {
    const { req, get } = c;
    return forwarder.answer(req.raw, { caller: get("caller"), recheck: () => get("log").recheck() });
  };
}
