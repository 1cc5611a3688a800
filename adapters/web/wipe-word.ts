import { type AssetKey, formatAssetKey } from "../../core/index.ts";

/** What is to be typed before an asset is wiped. Nobody types ten thousand characters, or what looks like nothing. */
export function wipeWord(key: AssetKey): string {
  const name = formatAssetKey(key);
  return /^[\x21-\x7e]{1,60}$/.test(name) ? name : "wipe";
}
