import type { Client } from "@libsql/client";
import { nextTurn } from "../../next-turn.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { driverError } from "../failures.ts";

/** A read of many rows, one bounded step after the other. */
export interface ReadSteps {
  /** Runs some statements, after other work of the thread. A read delays other reads for one step at most. */
  step<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  /** How much larger a step may be than on a file: on a remote database each step is a request. */
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

/** Reads a page of `limit`, or of less if a remote database finds that too large for one answer. */
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
