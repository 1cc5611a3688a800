import type { TokenScope } from "../../storage/index.ts";
import { anybody, type Caller, unnamedReporter } from "../tokens/caller.ts";
import type { Identity, Secret } from "../tokens/token-book.ts";
import { admit } from "./admit.ts";
import { type AppDeps, type AppEnv, authorized } from "./app-deps.ts";
import { createGate } from "./gate.ts";
import { HttpError } from "./http-error.ts";
import type { Incoming } from "./incoming.ts";
import { noteUnnamed } from "./note-unnamed.ts";
import { refuse } from "./refuse.ts";
import { secretOf } from "./token-header.ts";

/** What a route asks of a token. */
export type Need = TokenScope | "nothing";

/** The token that a request brings. */
export type SecretIn = (request: Incoming) => ReturnType<Secret>;

/** What stands before every answer. Its promises reject with the HttpError that says why a request may not. */
export interface Entrance {
  /** Lets a request past the gate, and past what is asked of its token: answers whose that is. */
  enter(request: Incoming, env: AppEnv["Bindings"] | undefined, need: Need): Caller | Promise<Caller>;
  /** Whether a request that was let in still would be. */
  recheck(request: Incoming, need: TokenScope): Promise<void>;
}

const open: Identity = { status: "allowed", caller: anybody };

/** Those who have no token yet are let pass on this machine alone: a proxy brings others. */
function known({ headers }: Incoming, identity: Identity): Identity {
  const isUnnamed = identity.status === "allowed" && identity.caller === unnamedReporter;
  return isUnnamed && (headers.get("x-forwarded-for") ?? headers.get("forwarded")) !== null
    ? { status: "missing" }
    : identity;
}

/** Whoever comes where nothing is needed. */
const stranger: Caller = { name: null, scopes: [], prefix: null };

export function createEntrance(deps: AppDeps, secretIn: SecretIn = ({ headers }) => secretOf(headers)): Entrance {
  const { tokens } = deps;
  const gate = createGate(deps);
  const identify = (request: Incoming) => tokens?.identify(() => secretIn(request)) ?? open;

  function admitted(request: Incoming, identity: Identity, need: TokenScope): Caller | Promise<never> {
    const caller = admit(known(request, identity), need);
    if (caller instanceof HttpError) return refuse(request, caller);
    if (caller === unnamedReporter) noteUnnamed(request);
    return caller;
  }

  return {
    enter(request, env, need) {
      const before = env?.[authorized];
      if (before !== undefined) return before.caller;
      const refusal = gate(request, env);
      if (refusal !== undefined) return refuse(request, refusal);
      if (need === "nothing") return stranger;
      const identity = identify(request);
      return identity instanceof Promise
        ? identity.then((found) => admitted(request, found, need))
        : admitted(request, identity, need);
    },
    async recheck(request, need) {
      const caller = admit(known(request, await identify(request)), need);
      if (caller instanceof HttpError) throw caller;
    },
  };
}
