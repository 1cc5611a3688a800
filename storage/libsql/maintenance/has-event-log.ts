import type { DatabaseAddress } from "../libsql-options.ts";
import { readVersion } from "../migrations/migrate.ts";
import { readOnly } from "../read/read-only.ts";
import { storeError } from "../store-error.ts";

/**
 * Whether runless has ever written to an existing database. Reads it without changing it. Rejects with EventLogError if
 * it can't be read, or belongs to a newer runless.
 */
export async function hasEventLog(address: DatabaseAddress): Promise<boolean> {
  try {
    return (await readOnly(address, readVersion)) > 0;
  } catch (error) {
    throw storeError(error, address.url);
  }
}
