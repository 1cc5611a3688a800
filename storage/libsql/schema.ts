import { eq, isNotNull, isNull, sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// The one description of the database. The migrations must lead to it, and every statement may name only what stands
// here: tests/storage/libsql/schema.test.ts and statements.test.ts hold both to it.
// Text that is compared or sorted is encoded by sortable-text.ts. Times are milliseconds since 1970 UTC.

/** One row for each migration that has run. */
export const schemaVersion = sqliteTable("schema_version", { version: integer("version").primaryKey() });

/** One row: the name of this log, so that an import knows which log an event comes from. */
export const log = sqliteTable("log", {
  logId: text("log_id").primaryKey(),
});

/** A wipe deletes the row at once. Rows of other tables that still have its id belong to no asset. */
export const asset = sqliteTable("asset", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  key: text("key").notNull().unique(),
});

/** Wiped assets whose rows are still to be deleted, in small steps. */
export const wipedAsset = sqliteTable("wiped_asset", { assetId: integer("asset_id").primaryKey() });

/** Wiped partitions whose events are still to be deleted: see wiped-partition.ts. */
export const wipedPartition = sqliteTable(
  "wiped_partition",
  {
    assetId: integer("asset_id").notNull(),
    /** The empty blob for no partition. */
    partition: blob("partition").notNull(),
    upToId: integer("up_to_id").notNull(),
    deletedToId: integer("deleted_to_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.assetId, table.partition] })],
);

/** The greatest id of each kind that retention has deleted. */
export const pruned = sqliteTable("pruned", {
  kind: integer("kind").primaryKey(),
  eventId: integer("event_id").notNull(),
});

/** At most one row: the time that the last retention run counted ages from. */
export const retention = sqliteTable("retention", { clock: integer("clock").notNull() });

export const event = sqliteTable(
  "event",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    assetId: integer("asset_id").notNull(),
    /** See `kinds` in event-row.ts. */
    kind: integer("kind").notNull(),
    partition: text("partition"),
    checkName: text("check_name"),
    passed: integer("passed"),
    severity: text("severity"),
    /** 1 for a materialization or observation with a data version among its tags. */
    versioned: integer("versioned"),
    timestamp: integer("timestamp").notNull(),
    receivedAt: integer("received_at").notNull(),
    /** Also kept here, so that an export carries it. */
    idempotencyKey: text("idempotency_key"),
    /** `formatDetails` of the event, or `formatChange`. */
    details: text("details").notNull(),
    /** The name of the token that reported it. */
    reportedBy: text("reported_by"),
  },
  // The only secondary index: every further one costs about half of the write rate on a large log.
  (table) => [index("event_by_asset").on(table.assetId, table.id, table.kind, table.partition)],
);

/**
 * The latest event of each scope in summaries.ts, by the greatest (timestamp, event_id), and the number of its events.
 * One table, so that the rows that one event changes mostly lie on one page: each commit writes whole pages.
 */
export const summary = sqliteTable(
  "summary",
  {
    assetId: integer("asset_id").notNull(),
    scope: integer("scope").notNull(),
    /** Empty if the scope is not about one check. */
    checkName: text("check_name").notNull(),
    /** The empty blob if the scope is not about one partition, or is about no partition. It sorts after every text. */
    partition: blob("partition").notNull(),
    eventId: integer("event_id").notNull(),
    timestamp: integer("timestamp").notNull(),
    events: integer("events").notNull(),
  },
  (table) => [primaryKey({ columns: [table.assetId, table.scope, table.checkName, table.partition] })],
);

/** Separate from the events, because keys outlive the events that retention deletes. */
export const idempotency = sqliteTable(
  "idempotency",
  {
    assetId: integer("asset_id").notNull(),
    kind: integer("kind").notNull(),
    key: text("key").notNull(),
    eventId: integer("event_id").notNull(),
    fingerprint: text("fingerprint").notNull(),
    receivedAt: integer("received_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.assetId, table.kind, table.key] }),
    index("idempotency_by_age").on(table.receivedAt),
  ],
);

/** Who may report and read. Revoked tokens stay, so that their use can be told from that of unknown ones. */
export const token = sqliteTable(
  "token",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    /** In hex. The secret itself is not stored. */
    hash: text("hash").notNull(),
    /** Joined by commas. */
    scopes: text("scopes").notNull(),
    prefix: text("prefix"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [uniqueIndex("token_by_name").on(table.name).where(isNull(table.revokedAt))],
);

/**
 * What is known of assets without a report, by key: see replace-definitions.ts. A row holds from one revision on, and to
 * before another where that is given.
 */
export const definition = sqliteTable(
  "definition",
  {
    id: integer("id").primaryKey(),
    /** The encoded key or prefix. */
    name: text("name").notNull(),
    /** 0 for a key, 1 for a prefix. */
    kind: integer("kind").notNull(),
    fromRevision: integer("from_revision").notNull(),
    toRevision: integer("to_revision"),
    source: text("source").notNull(),
    /** `countSubjects` of it. */
    subjects: integer("subjects").notNull(),
    changedAt: integer("changed_at").notNull(),
    /** When its freshness policy was given first. Null without one. */
    definedAt: integer("defined_at"),
    /** Of the content. */
    fingerprint: text("fingerprint").notNull(),
    /** Characters of the content. */
    size: integer("size").notNull(),
    /** The Definition as JSON. */
    content: text("content").notNull(),
  },
  (table) => [
    uniqueIndex("definition_by_name").on(table.name, table.kind, table.fromRevision),
    index("definition_by_prefix").on(table.name).where(eq(table.kind, sql`1`)),
    index("definition_by_source").on(table.source, table.name, table.kind),
    index("definition_by_revision").on(table.fromRevision),
    index("definition_by_end").on(table.toRevision).where(isNotNull(table.toRevision)),
  ],
);

/** One row: which revision of the definitions is read, and who is writing the next one. */
export const definitionState = sqliteTable("definition_state", {
  id: integer("id").primaryKey(),
  revision: integer("revision").notNull(),
  /** How many there are of all sources, and the states that they ask for. */
  definitions: integer("definitions").notNull(),
  subjects: integer("subjects").notNull(),
  /** A random id while a change is written in steps. */
  writing: text("writing"),
  /** Counts its steps. */
  step: integer("step").notNull(),
});

/** One row: which server watches, how far it has followed the log, and by which time it has judged. */
export const watcher = sqliteTable("watcher", {
  id: integer("id").primaryKey(),
  /** Null while nobody watches. */
  holder: text("holder"),
  /** Grows when another server takes over: what the one before decides after that is not written. */
  fence: integer("fence").notNull(),
  /** Grows with every renewal. */
  beat: integer("beat").notNull(),
  /** The id of the newest event that was followed. Null before the first start. */
  cursor: integer("cursor"),
  evaluatedUntil: integer("evaluated_until"),
  settleUntil: integer("settle_until"),
  /** Of the definitions that the subjects follow. */
  revision: integer("revision").notNull(),
  /** Where a sweep over subjects goes on, as JSON. */
  sweep: text("sweep"),
});

/** The freshness of an asset or a partition, by the encoded key. */
export const subject = sqliteTable(
  "subject",
  {
    name: text("name").notNull(),
    /** The empty blob for the asset: if it is watched by partitions, that row has no state. */
    partition: blob("partition").notNull(),
    state: text("state"),
    since: integer("since"),
    lastAt: integer("last_at"),
    deadline: integer("deadline"),
    /** When the state changes without an event, or other partitions are watched. */
    nextAt: integer("next_at"),
    definedAt: integer("defined_at"),
  },
  (table) => [
    primaryKey({ columns: [table.name, table.partition] }),
    index("subject_by_next").on(table.nextAt).where(isNotNull(table.nextAt)),
    index("subject_by_state").on(table.state, table.name, table.partition).where(isNotNull(table.state)),
  ],
);

/** Open problems, and those that ended of late. */
export const alert = sqliteTable(
  "alert",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    /** `freshness` or `check`. */
    kind: text("kind").notNull(),
    /** The encoded key. */
    name: text("name").notNull(),
    partition: blob("partition").notNull(),
    checkName: text("check_name").notNull(),
    severity: text("severity").notNull(),
    since: integer("since").notNull(),
    resolvedAt: integer("resolved_at"),
    reason: text("reason").notNull(),
    eventId: integer("event_id"),
    /** The earliest time at which somebody may be notified of it. Null: since it opened. */
    tellAt: integer("tell_at"),
    /** Owners, group and tags of the definition when it opened, as JSON. */
    labels: text("labels").notNull(),
    /** When it opened, changed or ended. Null where that was before schema version 8. */
    changedAt: integer("changed_at"),
  },
  (table) => [
    uniqueIndex("alert_firing")
      .on(table.name, table.kind, table.checkName, table.partition)
      .where(isNull(table.resolvedAt)),
    index("alert_resolved").on(table.resolvedAt).where(isNotNull(table.resolvedAt)),
  ],
);

/**
 * What alerts became: an alert that opened, got worse or ended, as it was then. Triggers of `alert` write the rows, for
 * which Drizzle has no word: see migrations/.
 */
export const alertChange = sqliteTable("alert_change", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  at: integer("at").notNull(),
  alertId: integer("alert_id").notNull(),
  kind: text("kind").notNull(),
  name: text("name").notNull(),
  partition: blob("partition").notNull(),
  checkName: text("check_name").notNull(),
  severity: text("severity").notNull(),
  since: integer("since").notNull(),
  resolvedAt: integer("resolved_at"),
  reason: text("reason").notNull(),
  eventId: integer("event_id"),
  tellAt: integer("tell_at"),
  labels: text("labels").notNull(),
});

/** One row: which server sends to destinations. */
export const sender = sqliteTable("sender", {
  id: integer("id").primaryKey(),
  /** Null while nobody sends. */
  holder: text("holder"),
  /** Of the holder's file of destinations. */
  fileHash: text("file_hash"),
  /** Grows when another server takes over. */
  fence: integer("fence").notNull(),
  /** Grows with every commit. */
  beat: integer("beat").notNull(),
  /** A random id of the last commit: who got no answer finds it. */
  commitId: text("commit_id"),
});

/** Who is told of the log, and how far each has come, by the encoded name. No address and no secret is here. */
export const destination = sqliteTable("destination", {
  name: text("name").primaryKey().notNull(),
  type: text("type").notNull(),
  eventCursor: integer("event_cursor").notNull(),
  alertCursor: integer("alert_cursor").notNull(),
  status: text("status").notNull(),
  reason: text("reason"),
  failures: integer("failures").notNull(),
  retryAt: integer("retry_at"),
  groupAt: integer("group_at"),
  groupedAt: integer("grouped_at"),
  pruned: integer("pruned").notNull(),
  leftAt: integer("left_at"),
  changedAt: integer("changed_at").notNull(),
});

/** What a destination is told, and what came of it. */
export const delivery = sqliteTable(
  "delivery",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    destination: text("destination").notNull(),
    messageId: text("message_id").notNull(),
    type: text("type").notNull(),
    subject: text("subject").notNull(),
    eventId: integer("event_id"),
    alertChangeId: integer("alert_change_id"),
    content: text("content"),
    status: text("status").notNull(),
    attempts: integer("attempts").notNull(),
    nextAt: integer("next_at").notNull(),
    createdAt: integer("created_at").notNull(),
    endedAt: integer("ended_at"),
    answer: text("answer"),
  },
  (table) => [
    uniqueIndex("delivery_by_message").on(table.messageId),
    // Also in the order of ids, which SQLite adds to every index.
    index("delivery_by_status").on(table.destination, table.status),
    index("delivery_by_end").on(table.endedAt).where(isNotNull(table.endedAt)),
  ],
);

/** What the server that sends is asked for. */
export const sendRequest = sqliteTable("send_request", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  action: text("action").notNull(),
  destination: text("destination").notNull(),
  argument: integer("argument"),
  option: text("option"),
});

/** Mutes of a key (kind 0), or of all keys at and below a prefix (kind 1). Nobody is notified until then. */
export const mute = sqliteTable(
  "mute",
  {
    name: text("name").notNull(),
    kind: integer("kind").notNull(),
    until: integer("until").notNull(),
    mutedBy: text("muted_by"),
  },
  (table) => [primaryKey({ columns: [table.name, table.kind] })],
);

/** One row for each recent transaction on a remote database: a writer that got no answer looks its id up here. */
export const groupCommit = sqliteTable(
  "group_commit",
  {
    id: text("id").primaryKey(),
    /** Which of the writer's plans for the group was committed. */
    plan: integer("plan").notNull(),
    lastId: integer("last_id").notNull(),
    receivedAt: integer("received_at").notNull(),
    /** By the database's clock, in seconds since 1970 UTC. */
    notedAt: integer("noted_at"),
  },
  (table) => [index("group_commit_by_age").on(table.notedAt)],
);

/** The tables that SQLite keeps in the order of their primary key, WITHOUT ROWID. Drizzle has no word for it. */
export const withoutRowid = [
  schemaVersion,
  log,
  wipedPartition,
  summary,
  idempotency,
  groupCommit,
  subject,
  mute,
  destination,
] as const;
