import type { TokenScope } from "../../../storage/index.ts";
import { logger } from "../../config/logger.ts";
import { type AppDeps, type AppEnv, authorized } from "../app-deps.ts";
import { refuse } from "../body/body-reader.ts";
import { HttpError } from "../http-error.ts";
import { type RequestParts, rawPath } from "../request.ts";
import { anybody, type Caller, mayDo, unnamedReporter } from "./caller.ts";
import { createRequestGuard, type RequestGuard } from "./request-guard.ts";
import type { Identity, Secret } from "./token-cache.ts";

/** The scope that a route requires of a token. */
export type RequiredScope = TokenScope | "nothing";

/** Reads the secret that a request carries. */
export type ReadSecret = (request: RequestParts) => ReturnType<Secret>;

/** Authenticates and authorizes requests. An app builds one, and all its routes share it. */
export interface Authorizer {
  /** The part of the check that is the same for every request. */
  readonly guard: RequestGuard;
  /**
   * Returns the caller, if the request passes the guard and its token has the scope. Rejects with the HttpError that
   * names what is missing. `readSecret` finds the token. Default: `secretOf` the headers.
   */
  authorize(
    request: RequestParts,
    env: AppEnv["Bindings"] | undefined,
    scope: RequiredScope,
    readSecret?: ReadSecret,
  ): Caller | Promise<Caller>;
  /** Rejects with the HttpError once a request that was authorized no longer would be. */
  recheck(request: RequestParts, scope: TokenScope, readSecret?: ReadSecret): Promise<void>;
}

const open: Identity = { status: "allowed", caller: anybody };

/** The caller of a route that requires no token. */
const nobody: Caller = { name: null, scopes: [], prefix: null };

const secretInHeaders: ReadSecret = ({ headers }) => secretOf(headers);

export function createAuthorizer(deps: AppDeps): Authorizer {
  const { tokens } = deps;
  const guard = createRequestGuard(deps);
  const identify = (request: RequestParts, readSecret: ReadSecret) =>
    tokens?.identify(() => readSecret(request)) ?? open;

  function withScope(request: RequestParts, identity: Identity, scope: TokenScope): Caller | Promise<never> {
    const caller = requireScope(withoutProxies(request, identity), scope);
    if (caller instanceof HttpError) return refuse(request, caller);
    if (caller === unnamedReporter) logUnnamed(request);
    return caller;
  }

  return {
    guard,
    authorize(request, env, scope, readSecret = secretInHeaders) {
      const before = env?.[authorized];
      if (before !== undefined) return before.caller;
      const refusal = guard(request, env);
      if (refusal !== undefined) return refuse(request, refusal);
      if (scope === "nothing") return nobody;
      const identity = identify(request, readSecret);
      return identity instanceof Promise
        ? identity.then((found) => withScope(request, found, scope))
        : withScope(request, identity, scope);
    },
    async recheck(request, scope, readSecret = secretInHeaders) {
      const caller = requireScope(withoutProxies(request, await identify(request, readSecret)), scope);
      if (caller instanceof HttpError) throw caller;
    },
  };
}

/** The identity. Callers without a token are allowed from this machine alone, and a proxy forwards those of others. */
function withoutProxies({ headers }: RequestParts, identity: Identity): Identity {
  const isUnnamed = identity.status === "allowed" && identity.caller === unnamedReporter;
  return isUnnamed && (headers.get("x-forwarded-for") ?? headers.get("forwarded")) !== null
    ? { status: "missing" }
    : identity;
}

/** The secret in the headers, in the usual form or in that of Dagster's clients; undefined without one. */
export function secretOf(headers: RequestParts["headers"]): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? (headers.get("dagster-cloud-api-token")?.trim() || undefined);
}

const howTo = "Send one as `Authorization: Bearer <token>` or `Dagster-Cloud-Api-Token: <token>`.";
const challenge = 'Bearer realm="runless"';

/** Returns the caller if they have the scope, else the 401 or 403 that gives the reason (RFC 6750). */
export function requireScope(identity: Identity, scope: TokenScope): Caller | HttpError {
  const isUnnamed = identity.status === "allowed" && identity.caller === unnamedReporter && scope !== "report";
  if (identity.status === "missing" || isUnnamed) {
    return new HttpError(401, `This server wants a token. ${howTo}`, { "www-authenticate": challenge });
  }
  if (identity.status !== "allowed") {
    return new HttpError(401, reason(identity), { "www-authenticate": `${challenge}, error="invalid_token"` });
  }
  const { caller } = identity;
  return mayDo(caller, scope) ? caller : scopeError(caller, scope);
}

/** The 403 for a caller without the scope that a request, or a part of it, needs. */
export function scopeError({ name, scopes }: Caller, scope: TokenScope, what = "This"): HttpError {
  const own = scopes.length === 1 ? `scope ${scopes[0]}` : `scopes ${scopes.join(" and ")}`;
  return new HttpError(403, `${what} needs the scope ${scope}, and the token ${name} has the ${own}.`, {
    "www-authenticate": `${challenge}, error="insufficient_scope", scope="${scope}"`,
  });
}

function reason(identity: Exclude<Identity, { readonly status: "allowed" | "missing" }>): string {
  if (identity.status === "unknown") return `This server does not know the token. ${howTo}`;
  const { status, name, at } = identity;
  const ended = status === "expired" ? "expired" : "was revoked";
  return `The token ${name} ${ended} at ${new Date(at).toISOString()}. Ask for a new one.`;
}

const mostLogged = 1000;
const longest = 200;
const logged = new Set<string>();

/**
 * Logs which programs report without a token during the grace period, so that none is forgotten when it ends. Each
 * program is logged once for each path, by its User-Agent.
 */
function logUnnamed({ method, url, headers }: RequestParts): void {
  if (logged.size >= mostLogged) return;
  const facts = {
    user_agent: (headers.get("user-agent") ?? "").slice(0, longest),
    method,
    path: rawPath(url).slice(0, longest),
  };
  const key = JSON.stringify(facts);
  if (logged.has(key)) return;
  logged.add(key);
  logger.warn("a report without a token, which will be refused when the grace has ended", facts);
}
