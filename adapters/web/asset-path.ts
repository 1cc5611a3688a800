import type { AssetKey } from "../../core/index.ts";

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
