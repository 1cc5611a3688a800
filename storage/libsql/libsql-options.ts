import type { DefinitionStore, ReplaceOptions, ReplaceResult } from "../definitions/definition-store.ts";
import type { AppendOptions, Commit, EventLog } from "../event-log.ts";
import type { Load } from "../group-commit/group-commit.ts";
import type { Maintenance } from "../maintenance.ts";
import type { Overview } from "../overview.ts";
import type { WaitReads } from "../wait-reads.ts";
import type { EncodedDefinitions } from "./definitions/encode-definitions.ts";
import type { EncodedUnits, GroupResult } from "./write/group.ts";

// Separate from the code that opens a database: these are public, and must not lead to the types of the driver or of
// Drizzle.

export interface DatabaseAddress {
  /** `file:…`, or a remote `libsql://…`, `http://…`. */
  readonly url: string;
  readonly authToken?: string | undefined;
}

/** What is wrong with a database's files. */
export interface FileTrouble {
  /** A sentence that says what happened, and what to do. */
  readonly problem: string;
  /** True if a file was cut or overwritten, which only a restart ends. False if it is missing or another one. */
  readonly isDamage: boolean;
}

/** Called with trouble with the files when it begins, and with undefined when it has passed. */
export type OnFileTrouble = (trouble: FileTrouble | undefined) => void;

/** Called for every failure after the opening that shows that the file is damaged: what is wrong, and what to do. */
export type OnDamage = (problem: string) => void;

export interface FileEvents {
  /** Called if a read or a write finds the database file damaged after it was opened. */
  readonly onDamage?: OnDamage | undefined;
  readonly onFileTrouble?: OnFileTrouble | undefined;
  /**
   * Whether to look for damage to the file and its write-ahead log after every commit, and not only for their absence.
   * Only for a process that opens the file once in its life, as a server does. After damage the process must end
   * without closing the file, by SIGKILL: SQLite would move damaged pages into it. Default: false.
   */
  readonly watchesLog?: boolean | undefined;
}

export interface LibsqlOptions extends DatabaseAddress, FileEvents {
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Called after every commit of events. It must not throw. */
  readonly onCommit?: ((commit: Commit) => void) | undefined;
  /** How much may wait to be recorded. Beyond it `append` rejects with `overloaded`. Default: no limit. */
  readonly queue?: Load | undefined;
}

/**
 * Appends units that were already encoded, perhaps on another thread. As `EventLog.append` otherwise; `unitResults`
 * turns its result into that of `append`.
 */
export type AppendEncoded = (encoded: EncodedUnits, options?: AppendOptions) => Promise<GroupResult>;

export interface LibsqlEventLog extends EventLog, Overview, WaitReads, Maintenance {
  readonly appendEncoded: AppendEncoded;

  /**
   * Rejects with EventLogError `unusable_database` once a newer runless has migrated the database: then this process
   * should end, since it does not know what it would write to.
   */
  assertKnownSchema(): Promise<void>;
}

/** As `DefinitionStore.replace`, of definitions that were already encoded, perhaps on another thread. Takes over their buffers. */
export type ReplaceEncoded = (
  source: string,
  given: EncodedDefinitions,
  options: ReplaceOptions,
) => Promise<ReplaceResult>;

export interface LibsqlDefinitionStore extends DefinitionStore {
  readonly replaceEncoded: ReplaceEncoded;
}
