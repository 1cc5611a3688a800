import type { AppDeps, AppEnv } from "../app-deps.ts";
import type { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";
import { browserGuard, ownPagesOnly } from "./browser-guard.ts";
import { requestSizeCheck } from "./request-size.ts";

/** What every request passes before anything else looks at it: why it may not, or undefined. */
export type RequestGuard = (request: RequestParts, env: AppEnv["Bindings"] | undefined) => HttpError | undefined;

export function createRequestGuard({ config, browser = ownPagesOnly }: AppDeps): RequestGuard {
  const guard = browserGuard(browser);
  const checkSize = requestSizeCheck(config.limits);
  return (request, env) => guard(request) ?? checkSize(request, env);
}
