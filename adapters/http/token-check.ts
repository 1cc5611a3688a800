import type { Handler } from "hono";
import type { TokenScope } from "../../storage/index.ts";
import { anybody } from "../tokens/caller.ts";
import type { Identity } from "../tokens/token-book.ts";
import { admit } from "./admit.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { CallersLog } from "./callers-log.ts";
import { createGate } from "./gate.ts";
import { HttpError } from "./http-error.ts";
import { refuse } from "./refuse.ts";
import { secretOf } from "./token-header.ts";

/** What a route asks of a token. */
export type Need = TokenScope | "nothing";

const needs = new WeakMap<object, Need>();

/** What the route of a handler asks for; undefined for a handler that nobody checks. */
export function needOf(handler: object): Need | undefined {
  return needs.get(handler);
}

const open: Identity = { status: "allowed", caller: anybody };

/**
 * Puts before a handler the gate, and what its route asks of a token. The handler finds the caller in its context, and
 * the log as they may see it. It is no middleware: Hono would have to compose two handlers for every report then.
 */
export function tokenCheck(deps: AppDeps) {
  const { log, tokens } = deps;
  const gate = createGate(deps);
  return (need: Need, handler: Handler<AppEnv>): Handler<AppEnv> => {
    const checked: Handler<AppEnv> = (c, next) => {
      const request = c.req.raw;
      const refusal = gate(request, c.env);
      if (refusal !== undefined) return refuse(request, refusal);
      if (need === "nothing") return handler(c, next);
      const secret = tokens && secretOf(request.headers);
      const identify = () => tokens?.identify(secret) ?? open;
      const proceed = (identity: Identity) => {
        const caller = admit(identity, need);
        if (caller instanceof HttpError) return refuse(request, caller);
        const recheck = async () => {
          const still = admit(await identify(), need);
          if (still instanceof HttpError) throw still;
        };
        c.set("caller", caller);
        c.set("log", new CallersLog(log, caller, recheck));
        return handler(c, next);
      };
      const identity = identify();
      return identity instanceof Promise ? identity.then(proceed) : proceed(identity);
    };
    needs.set(checked, need);
    return checked;
  };
}
