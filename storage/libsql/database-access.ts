import type { Client } from "@libsql/client";
import type { Group, GroupResult } from "./write/group.ts";
import type { Writer } from "./write/write-transaction.ts";

export type Write = <Result>(work: (writer: Writer, client: Client) => Promise<Result>) => Promise<Result>;

/** Access to the database of a log. Failures that may pass are tried again for a while. Failures are EventLogErrors. */
export interface DatabaseAccess {
  /** Its path; undefined for a remote database. */
  readonly file: string | undefined;
  read<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  /** When it resolves, the work is durable. */
  readonly write: Write;
  writeGroup(group: Group): Promise<GroupResult>;
  close(): Promise<void>;
}
