import { createHash } from "node:crypto";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";

/** Where an asset's page is. */
export function assetPath(key: AssetKey, query: Readonly<Record<string, string>> = {}): string {
  const path = isPath(key) ? `/assets/${key.map(encodeURIComponent).join("/")}` : "/assets";
  const search = new URLSearchParams(isPath(key) ? query : { asset_key: JSON.stringify(key), ...query }).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** Where the events of an asset are, or those of a check of it. */
export function eventsPath(key: AssetKey, filters: Readonly<Record<string, string>> = {}): string {
  return `/events?${new URLSearchParams({ asset_key: JSON.stringify(key), ...filters })}`;
}

/** Where an asset is as JSON: its parts in a query, which nothing on the way rewrites. */
export function assetJsonPath(key: AssetKey): string {
  return `/asset.json?${new URLSearchParams({ asset_key: JSON.stringify(key) })}`;
}

/** Runtimes and proxies rewrite dots and empty parts in a path. */
function isPath(key: AssetKey): boolean {
  return key.every((part) => part !== "" && part !== "." && part !== "..");
}

/** Names a row for as long as it is of the same thing, whatever its key holds. */
export function rowId(kind: string, key: AssetKey): string {
  return `${kind}-${createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 12)}`;
}

/** What is to be typed before an asset is wiped. Nobody types ten thousand characters, or what looks like nothing. */
export function wipeWord(key: AssetKey): string {
  const name = formatAssetKey(key);
  return /^[\x21-\x7e]{1,60}$/.test(name) ? name : "wipe";
}
