import { type AssetKey, formatAssetKey, hasPrefix } from "../../../core/index.ts";
import type { AppendOptions, TokenScope } from "../../../storage/index.ts";

/** The sender of a request, and what they may do. */
export interface Caller {
  /** The name of the token; null if none is required. */
  readonly name: string | null;
  readonly scopes: readonly TokenScope[];
  /** The caller may reach this key and all below it; null: every key. */
  readonly prefix: AssetKey | null;
}

/** Any caller of a server without tokens. */
export const anybody: Caller = { name: null, scopes: ["admin"], prefix: null };

/** A caller without a token during the grace period. */
export const unnamedReporter: Caller = { name: null, scopes: ["report"], prefix: null };

/** What a log records of the caller with events. */
export function reportedBy({ name }: Caller): Pick<AppendOptions, "reportedBy"> | undefined {
  return name === null ? undefined : { reportedBy: name };
}

/** `admin` includes the other scopes; `read` and `report` do not include each other. */
export function mayDo({ scopes }: Caller, needed: TokenScope): boolean {
  return scopes.includes(needed) || scopes.includes("admin");
}

export function reaches({ prefix }: Caller, key: AssetKey): boolean {
  return prefix === null || hasPrefix(key, prefix);
}

/** The error message for a key that the caller does not reach. */
export function outOfReach({ name, prefix }: Caller, key: AssetKey): string {
  const own = formatAssetKey(prefix ?? []);
  return `The token ${name} is for ${own} and the keys below it, and ${formatAssetKey(key)} is none of them. Use a token with another prefix.`;
}
