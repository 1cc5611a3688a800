import type { AssetKey } from "../../core/index.ts";

/** Where an asset's page is. */
export function assetPath(key: AssetKey, query: Readonly<Record<string, string>> = {}): string {
  const path = isPath(key) ? `/assets/${key.map(encodeURIComponent).join("/")}` : "/assets";
  const search = new URLSearchParams(isPath(key) ? query : { asset_key: JSON.stringify(key), ...query }).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** Where the API has something of an asset: its parts in a query, which nothing on the way rewrites. */
export function apiPath(name: string, key: AssetKey): string {
  return `/api/v1/${name}?${new URLSearchParams({ asset_key: JSON.stringify(key) })}`;
}

/** Runtimes and proxies rewrite dots and empty parts in a path. */
function isPath(key: AssetKey): boolean {
  return key.every((part) => part !== "" && part !== "." && part !== "..");
}
