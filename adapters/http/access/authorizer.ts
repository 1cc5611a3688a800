import type { TokenScope } from "../../../storage/index.ts";
import { type AppDeps, type AppEnv, authorized } from "../app-deps.ts";
import { refuse } from "../body/refuse.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";
import { anybody, type Caller, unnamedReporter } from "./caller.ts";
import { logUnnamed } from "./log-unnamed.ts";
import { createRequestGuard } from "./request-guard.ts";
import { requireScope } from "./require-scope.ts";
import type { Identity, Secret } from "./token-cache.ts";
import { secretOf } from "./token-header.ts";

/** What a route asks of a token. */
export type RequiredScope = TokenScope | "nothing";

/** The token that a request brings. */
export type SecretIn = (request: RequestParts) => ReturnType<Secret>;

/** Authenticates and authorizes requests. Rejects with the HttpError (401, 403) that names what is missing. */
export interface Authorizer {
  /** Returns the caller, if the request passes the guard and its token has the scope. */
  authorize(request: RequestParts, env: AppEnv["Bindings"] | undefined, need: RequiredScope): Caller | Promise<Caller>;
  /** Whether a request that was let in still would be. */
  recheck(request: RequestParts, need: TokenScope): Promise<void>;
}

const open: Identity = { status: "allowed", caller: anybody };

/** Those who have no token yet are let pass on this machine alone: a proxy brings others. */
function known({ headers }: RequestParts, identity: Identity): Identity {
  const isUnnamed = identity.status === "allowed" && identity.caller === unnamedReporter;
  return isUnnamed && (headers.get("x-forwarded-for") ?? headers.get("forwarded")) !== null
    ? { status: "missing" }
    : identity;
}

/** Whoever comes where nothing is needed. */
const stranger: Caller = { name: null, scopes: [], prefix: null };

export function createAuthorizer(deps: AppDeps, secretIn: SecretIn = ({ headers }) => secretOf(headers)): Authorizer {
  const { tokens } = deps;
  const guard = createRequestGuard(deps);
  const identify = (request: RequestParts) => tokens?.identify(() => secretIn(request)) ?? open;

  function withScope(request: RequestParts, identity: Identity, need: TokenScope): Caller | Promise<never> {
    const caller = requireScope(known(request, identity), need);
    if (caller instanceof HttpError) return refuse(request, caller);
    if (caller === unnamedReporter) logUnnamed(request);
    return caller;
  }

  return {
    authorize(request, env, need) {
      const before = env?.[authorized];
      if (before !== undefined) return before.caller;
      const refusal = guard(request, env);
      if (refusal !== undefined) return refuse(request, refusal);
      if (need === "nothing") return stranger;
      const identity = identify(request);
      return identity instanceof Promise
        ? identity.then((found) => withScope(request, found, need))
        : withScope(request, identity, need);
    },
    async recheck(request, need) {
      const caller = requireScope(known(request, await identify(request)), need);
      if (caller instanceof HttpError) throw caller;
    },
  };
}
