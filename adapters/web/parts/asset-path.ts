import { createHash } from "node:crypto";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";

/** The path of an asset's page. */
export function assetPath(key: AssetKey, query: Readonly<Record<string, string>> = {}): string {
  const path = isPath(key) ? `/assets/${key.map(encodeURIComponent).join("/")}` : "/assets";
  const search = new URLSearchParams(isPath(key) ? query : { asset_key: JSON.stringify(key), ...query }).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** The path of the events of an asset, or of one of its checks. */
export function eventsPath(key: AssetKey, filters: Readonly<Record<string, string>> = {}): string {
  return `/events?${new URLSearchParams({ asset_key: JSON.stringify(key), ...filters })}`;
}

/** The path of an asset as JSON. The key is in the query, which runtimes and proxies do not rewrite. */
export function assetJsonPath(key: AssetKey): string {
  return `/asset.json?${new URLSearchParams({ asset_key: JSON.stringify(key) })}`;
}

/** Whether a key may be in a path. Runtimes and proxies rewrite dots and empty parts there. */
function isPath(key: AssetKey): boolean {
  return key.every((part) => part !== "" && part !== "." && part !== "..");
}

/** The id of a row in HTML. It is the same for the same key, and any key gives a valid id. */
export function rowId(kind: string, key: AssetKey): string {
  return `${kind}-${createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 12)}`;
}

/** The word to type before an asset is wiped: its key, unless that is too long or can't be typed. */
export function wipeWord(key: AssetKey): string {
  const name = formatAssetKey(key);
  return /^[\x21-\x7e]{1,60}$/.test(name) ? name : "wipe";
}
