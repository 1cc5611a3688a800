import { parentPort, workerData } from "node:worker_threads";
import { EventLogError, type EventLogErrorCode } from "../../event-log-error.ts";
import type { FileAddress } from "../connection.ts";
import { createLogDatabase } from "../create-log-database.ts";
import type { FileTrouble, OnFileTrouble } from "../libsql-options.ts";
import type { LogDatabase } from "../log-database.ts";
import { damageOf } from "../store-error.ts";
import { openFileAccess } from "./file-access.ts";
import { openedFile } from "./opened-file.ts";

export interface DatabaseRequest {
  readonly id: number;
  readonly method: keyof LogDatabase;
  readonly args: readonly unknown[];
}

/** The data that a thread is started with. */
export interface DatabaseWorkerData extends FileAddress {
  readonly watchesLog?: boolean | undefined;
}

export type DatabaseResponse =
  /** Not the response to a call, but news of trouble with the files. */
  | { readonly trouble: FileTrouble | undefined }
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: EventLogErrorCode; readonly message: string };
      /** The message about a damaged file, if this failure shows that it is damaged. */
      readonly damage: string | undefined;
    };

// This file is the thread that database-thread.ts starts: a LogDatabase whose calls are messages.
const port = parentPort;
if (port === null) throw new Error("database-worker is not started as a thread");

const { watchesLog = false, ...address } = workerData as DatabaseWorkerData; // only database-thread.ts starts it
const onTrouble: OnFileTrouble = (trouble) => port.postMessage({ trouble } satisfies DatabaseResponse);
const opening = openFileAccess(address, { watchesLog, onTrouble }).then(createLogDatabase);
await answer(0, async () => {
  await opening;
  return openedFile(address.url);
});

port.on("message", ({ id, method, args }: DatabaseRequest) =>
  answer(id, async () => {
    const database = await opening;
    const call = database[method] as (...args: readonly unknown[]) => Promise<unknown>; // args fit: see DatabaseThread
    return await call(...args);
  }),
);

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  let response: DatabaseResponse;
  try {
    response = { id, value: await work() };
  } catch (error) {
    const code = error instanceof EventLogError ? error.code : "unavailable";
    const message = error instanceof Error ? error.message : String(error);
    response = { id, error: { code, message }, damage: damageOf(error, address.url) };
  }
  port?.postMessage(response);
}
