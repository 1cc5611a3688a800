import type { TokenScope } from "../../../storage/index.ts";
import { HttpError } from "../http-error.ts";
import { type Caller, mayDo, unnamedReporter } from "./caller.ts";
import type { Identity } from "./token-cache.ts";

const howTo = "Send one as `Authorization: Bearer <token>` or `Dagster-Cloud-Api-Token: <token>`.";
const challenge = 'Bearer realm="runless"';

/** The caller, where they may do what is needed; else the 401 or 403 that says why not, as RFC 6750 has it. */
export function requireScope(identity: Identity, needed: TokenScope): Caller | HttpError {
  const isUnnamed = identity.status === "allowed" && identity.caller === unnamedReporter && needed !== "report";
  if (identity.status === "missing" || isUnnamed) {
    return new HttpError(401, `This server wants a token. ${howTo}`, { "www-authenticate": challenge });
  }
  if (identity.status !== "allowed") {
    return new HttpError(401, reason(identity), { "www-authenticate": `${challenge}, error="invalid_token"` });
  }
  const { caller } = identity;
  if (mayDo(caller, needed)) return caller;
  const own = caller.scopes.length === 1 ? `scope ${caller.scopes[0]}` : `scopes ${caller.scopes.join(" and ")}`;
  return new HttpError(403, `This needs the scope ${needed}, and the token ${caller.name} has the ${own}.`, {
    "www-authenticate": `${challenge}, error="insufficient_scope", scope="${needed}"`,
  });
}

function reason(identity: Exclude<Identity, { readonly status: "allowed" | "missing" }>): string {
  if (identity.status === "unknown") return `This server does not know the token. ${howTo}`;
  const { status, name, at } = identity;
  const ended = status === "expired" ? "expired" : "was revoked";
  return `The token ${name} ${ended} at ${new Date(at).toISOString()}. Ask for a new one.`;
}
