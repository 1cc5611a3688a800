import { createHash } from "node:crypto";
import type { AssetKey } from "../../core/index.ts";

/** Names a row for as long as it is of the same thing, whatever its key holds. */
export function rowId(kind: string, key: AssetKey): string {
  return `${kind}-${createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 12)}`;
}
