import { type Handler, Hono, type Input } from "hono";
import type { Authorizer, ReadSecret, RequiredScope } from "./access/authorizer.ts";
import { ScopedEventLog } from "./access/scoped-event-log.ts";
import { type AppDeps, type AppEnv, authorized } from "./app-deps.ts";

/** What every group of routes is built from. */
export interface RouteDeps extends AppDeps {
  /** Built once for the whole app. */
  readonly authorizer: Authorizer;
}

/** How a group of routes differs from those of the API. */
interface RouteOptions {
  /** Default: reads the headers. */
  readonly readSecret?: ReadSecret;
  /** Answers what the authorizer or a handler throws. Default: the app's own error handler. */
  readonly answerError?: (error: unknown, request: Request) => Promise<Response>;
}

/** A group of routes. Each names the scope that it requires, so that no route is open by an oversight. */
interface Routes {
  get<Path extends string>(path: Path, scope: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  post<Path extends string>(path: Path, scope: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  put<Path extends string>(path: Path, scope: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  delete<Path extends string>(path: Path, scope: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  readonly app: Hono<AppEnv>;
}

export function routes(deps: RouteDeps, options: RouteOptions = {}): Routes {
  const app = new Hono<AppEnv>();
  const group: Routes = {
    app,
    get: (path, scope, handler) => {
      app.get(path, requiring(scope, handler, deps, options));
      return group;
    },
    post: (path, scope, handler) => {
      app.post(path, requiring(scope, handler, deps, options));
      return group;
    },
    put: (path, scope, handler) => {
      app.put(path, requiring(scope, handler, deps, options));
      return group;
    },
    delete: (path, scope, handler) => {
      app.delete(path, requiring(scope, handler, deps, options));
      return group;
    },
  };
  return group;
}

const requiredScopes = new WeakMap<object, RequiredScope>();

/** The scope that a route's handler requires; undefined for a handler without an authorizer before it. */
export function requiredScopeOf(handler: object): RequiredScope | undefined {
  return requiredScopes.get(handler);
}

/**
 * Puts the authorizer before a handler. If a scope is required, the handler's context has the caller, and the log
 * narrowed to the caller's prefix. This is no middleware: Hono would compose two handlers for every request.
 */
function requiring(
  scope: RequiredScope,
  handler: Handler<AppEnv>,
  { authorizer, log }: RouteDeps,
  { readSecret, answerError }: RouteOptions,
): Handler<AppEnv> {
  const checked: Handler<AppEnv> = async (c, next) => {
    const request = c.req.raw;
    const caller = await authorizer.authorize(request, c.env, scope, readSecret);
    if (scope !== "nothing") {
      c.set("caller", caller);
      const recheck = c.env?.[authorized]?.recheck ?? (() => authorizer.recheck(request, scope, readSecret));
      c.set("log", new ScopedEventLog(log, caller, recheck));
    }
    return handler(c, next);
  };
  const answered: Handler<AppEnv> =
    answerError === undefined
      ? checked
      : async (c, next) => {
          try {
            return await checked(c, next);
          } catch (error) {
            return await answerError(error, c.req.raw);
          }
        };
  requiredScopes.set(answered, scope);
  return answered;
}

/** The handler, or one that forwards to the other thread if there is one. */
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
