import { type AssetKey, formatAssetKey, hasPrefix } from "../../../core/index.ts";
import type { TokenScope } from "../../../storage/index.ts";

/** Who sends a request, and what they may do. */
export interface Caller {
  /** The token's; null where nobody needs one. */
  readonly name: string | null;
  readonly scopes: readonly TokenScope[];
  /** Confined to this key and all below it; null: to nothing. */
  readonly prefix: AssetKey | null;
}

/** Whoever comes to a server without tokens. */
export const anybody: Caller = { name: null, scopes: ["admin"], prefix: null };

/** Whoever has no token yet, while a server lets them report. */
export const unnamedReporter: Caller = { name: null, scopes: ["report"], prefix: null };

/** `admin` may all; `read` may not report, nor `report` read. */
export function mayDo({ scopes }: Caller, needed: TokenScope): boolean {
  return scopes.includes(needed) || scopes.includes("admin");
}

export function reaches({ prefix }: Caller, key: AssetKey): boolean {
  return prefix === null || hasPrefix(key, prefix);
}

/** Why a key is refused that the caller does not reach. */
export function outOfReach({ name, prefix }: Caller, key: AssetKey): string {
  const own = formatAssetKey(prefix ?? []);
  return `The token ${name} is for ${own} and the keys below it, and ${formatAssetKey(key)} is none of them. Use a token with another prefix.`;
}
