import { driverError } from "../failures.ts";

/** Reads a page of `limit`, or of less where a remote database finds that too large for one answer. */
export async function fitPage<Page>(limit: number, read: (limit: number) => Promise<Page>): Promise<Page> {
  try {
    return await read(limit);
  } catch (error) {
    if (limit === 1 || driverError(error)?.code !== "RESPONSE_TOO_LARGE") throw error;
    return fitPage(Math.ceil(limit / 4), read);
  }
}
