import type { Handler } from "hono";
import { type AppDeps, type AppEnv, authorized } from "../app-deps.ts";
import { createAuthorizer, type RequiredScope, type SecretIn } from "./authorizer.ts";
import { ScopedEventLog } from "./scoped-event-log.ts";

const needs = new WeakMap<object, RequiredScope>();

/** What the route of a handler asks for; undefined for a handler that nobody checks. */
export function needOf(handler: object): RequiredScope | undefined {
  return needs.get(handler);
}

/** How a route lets its callers in, where that is not as the API does. */
export interface Door {
  /** Default: that of its header. */
  readonly secretIn?: SecretIn;
  /** What is answered where the check or the handler throws. Default: what the app answers. */
  readonly answerError?: (error: unknown, request: Request) => Promise<Response>;
}

/**
 * Puts the authorizer before a handler. Where a token is needed, the handler finds the caller in its context, and the log
 * as they may see it. It is no middleware: Hono would have to compose two handlers for every request then.
 */
export function tokenCheck(deps: AppDeps, { secretIn, answerError }: Door = {}) {
  const authorizer = createAuthorizer(deps, secretIn);
  return (need: RequiredScope, handler: Handler<AppEnv>): Handler<AppEnv> => {
    const checked: Handler<AppEnv> = async (c, next) => {
      const request = c.req.raw;
      const caller = await authorizer.authorize(request, c.env, need);
      if (need !== "nothing") {
        c.set("caller", caller);
        const recheck = c.env?.[authorized]?.recheck ?? (() => authorizer.recheck(request, need));
        c.set("log", new ScopedEventLog(deps.log, caller, recheck));
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
    needs.set(answered, need);
    return answered;
  };
}
