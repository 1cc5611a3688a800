import { EventLogError } from "../../event-log-error.ts";
import { causeOf, driverError } from "../failures.ts";
import { ConnectionFailure } from "./remote-fetch.ts";

/** What a failure of a request to a remote database means. */
export interface RemoteFailure {
  /** Trying again may help. */
  readonly passes: boolean;
  /** The request may have been carried out, or may still be. */
  readonly isUnknown: boolean;
}

// A transaction or a stream ended, and its changes were rolled back.
const rolledBack = /^(SQLITE_BUSY|SQLITE_LOCKED|SQLITE_INTERRUPT|TRANSACTION_|STREAM_EXPIRED)/;
// The failure may have come after a commit that is on the disk.
const unclear = /^(SQLITE_IOERR|HRANA_|INTERNAL_ERROR|PROXY_ERROR)/;

export function remoteFailure(error: unknown): RemoteFailure {
  const known = causeOf(error, EventLogError);
  if (known !== undefined) return { passes: false, isUnknown: known.code === "unknown_outcome" };
  const connection = causeOf(error, ConnectionFailure);
  if (connection !== undefined) return { passes: true, isUnknown: !connection.isUnsent };
  const { code, cause } = driverError(error) ?? { code: "", cause: undefined };
  if (code === "SERVER_ERROR") return httpFailure(cause);
  if (rolledBack.test(code)) return { passes: true, isUnknown: false };
  return unclear.test(code) ? { passes: true, isUnknown: true } : { passes: false, isUnknown: false };
}

/** A server that was restarted answers 400 for a stream that it does not know. */
function httpFailure(cause: unknown): RemoteFailure {
  const status = cause instanceof Error && "status" in cause ? Number(cause.status) : 500;
  return { passes: status >= 500 || [400, 408, 429].includes(status), isUnknown: status >= 500 };
}
