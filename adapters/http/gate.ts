import type { AppDeps, AppEnv } from "./app-deps.ts";
import { browserGuard, ownPagesOnly } from "./browser-guard.ts";
import type { HttpError } from "./http-error.ts";
import type { Incoming } from "./incoming.ts";
import { requestSizeCheck } from "./request-size.ts";

/** What every request passes before anything else looks at it: why it may not, or undefined. */
export type Gate = (request: Incoming, env: AppEnv["Bindings"] | undefined) => HttpError | undefined;

export function createGate({ config, browser = ownPagesOnly }: AppDeps): Gate {
  const guard = browserGuard(browser);
  const checkSize = requestSizeCheck(config.limits);
  return (request, env) => guard(request) ?? checkSize(request, env);
}
