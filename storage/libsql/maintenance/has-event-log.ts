import type { DatabaseAddress } from "../libsql-options.ts";
import { readOnly } from "../read/read-only.ts";
import { storeError } from "../store-error.ts";
import { readVersion } from "./migrate.ts";

/**
 * Whether runless has ever written to a database that is there: looked at without changing it. Rejects with
 * EventLogError where it can't be read, or is a newer runless's.
 */
export async function hasEventLog(address: DatabaseAddress): Promise<boolean> {
  try {
    return (await readOnly(address, readVersion)) > 0;
  } catch (error) {
    throw storeError(error, address.url);
  }
}
