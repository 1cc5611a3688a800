import type { Client } from "@libsql/client";
import type { DatabaseAccess } from "../database-access.ts";
import { driverError } from "../failures.ts";

/** A read of many rows, one bounded step after the other. */
export interface ReadSteps {
  /** Runs some statements, after what else waits for the thread: a read holds up no other for longer than one step. */
  step<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  /** How many times as much as on a file one step may take on: on a remote database each is a request. */
  readonly scale: number;
}

export function readSteps({ read, file }: Pick<DatabaseAccess, "read" | "file">): ReadSteps {
  let isFirst = true;
  return {
    scale: file === undefined ? 10 : 1,
    async step(work) {
      if (!isFirst) await nextTurn();
      isFirst = false;
      return read(work);
    },
  };
}

/** The driver is synchronous: a promise alone would let nobody in. Only a Worker runtime may be without it. */
function nextTurn(): Promise<void> {
  return globalThis.setImmediate === undefined
    ? Promise.resolve()
    : new Promise((resolve) => void setImmediate(resolve));
}

/** Reads a page of `limit`, or of less where a remote database finds that too large for one answer. */
export async function fitPage<Page>(limit: number, read: (limit: number) => Promise<Page>): Promise<Page> {
  try {
    return await read(limit);
  } catch (error) {
    if (limit === 1 || driverError(error)?.code !== "RESPONSE_TOO_LARGE") throw error;
    return fitPage(Math.ceil(limit / 4), read);
  }
}

/** Part of a list. `last` is the position of the last row that was examined, which may not be among the rows. */
export interface ListOfRows<Row, Position> {
  readonly rows: readonly Row[];
  readonly last: Position | undefined;
  readonly hasMore: boolean;
}
