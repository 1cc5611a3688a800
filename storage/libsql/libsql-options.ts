import type { AppendOptions, Commit, EventLog } from "../event-log.ts";
import type { Load } from "../group-commit/group-commit.ts";
import type { Maintenance } from "../maintenance.ts";
import type { Overview } from "../overview.ts";
import type { EncodedUnits, GroupResult } from "./write/group.ts";

// Apart from what opens a database: these are public, and must not lead to the types of the driver or of Drizzle.

export interface DatabaseAddress {
  /** `file:…`, or a remote `libsql://…`, `http://…`. */
  readonly url: string;
  readonly authToken?: string | undefined;
}

/** What is wrong with a database's files. */
export interface FileTrouble {
  /** A sentence that says what happened, and what to do. */
  readonly problem: string;
  /** True where something was cut or written over, and only a restart ends it. False where a file is missing, or another one. */
  readonly isDamage: boolean;
}

/** Told of trouble with the files when it begins, and with undefined when it has passed. */
export type OnFileTrouble = (trouble: FileTrouble | undefined) => void;

/** Told of every failure, after the opening, that shows the file to be damaged: what is wrong, and what to do. */
export type OnDamage = (problem: string) => void;

export interface FileEvents {
  /** Told where a database file turns out to be damaged after it was opened, which reads and writes alike may meet. */
  readonly onDamage?: OnDamage | undefined;
  readonly onFileTrouble?: OnFileTrouble | undefined;
  /**
   * Whether damage to the file and its write-ahead log is looked for after every commit, besides their being there. Only a
   * process that opens the file once in its life, as a server does, may ask for it. After damage the process must end
   * without closing the file, by SIGKILL: SQLite would move what is damaged into it. Default: false.
   */
  readonly watchesLog?: boolean | undefined;
}

export interface LibsqlOptions extends DatabaseAddress, FileEvents {
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Told of every commit of events, right after it. It must not throw. */
  readonly onCommit?: ((commit: Commit) => void) | undefined;
  /** How much may wait to be recorded; past it `append` rejects with `overloaded`. Default: as much as comes. */
  readonly queue?: Load | undefined;
}

/**
 * Appends units that were encoded before, maybe on another thread. Otherwise as `EventLog.append`; `unitResults` makes
 * of its answer what that answers.
 */
export type AppendEncoded = (encoded: EncodedUnits, options?: AppendOptions) => Promise<GroupResult>;

export interface LibsqlEventLog extends EventLog, Overview, Maintenance {
  readonly appendEncoded: AppendEncoded;
}
