import { isNull } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// Text that is compared or sorted is encoded by sortable-text.ts. Times are milliseconds since 1970 UTC.

/** One row: what this log is called, so that an import can tell whose events it reads. */
export const log = sqliteTable("log", {
  logId: text("log_id").primaryKey(),
});

/** A wiped asset's row goes at once; what still carries its id is no longer anybody's. */
export const asset = sqliteTable("asset", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  key: text("key").notNull().unique(),
});

/** What is left of wiped assets, until it is deleted in small steps. */
export const wipedAsset = sqliteTable("wiped_asset", { assetId: integer("asset_id").primaryKey() });

/** What is left of wiped partitions: see wiped-partition.ts. */
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

/** One row at most: the time by which retention last deleted. */
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
    /** Kept with the event too, for an export to carry it. */
    idempotencyKey: text("idempotency_key"),
    /** `formatDetails` of the event. */
    details: text("details").notNull(),
  },
  // The only secondary index: every further one costs about half of the write rate on a large log.
  (table) => [index("event_by_asset").on(table.assetId, table.id, table.kind, table.partition)],
);

/**
 * The latest event, the greatest (timestamp, event_id), of each scope in summaries.ts, and how many it has. One table,
 * so that what an event changes lies on one page wherever it can: every page costs in each commit.
 */
export const summary = sqliteTable(
  "summary",
  {
    assetId: integer("asset_id").notNull(),
    scope: integer("scope").notNull(),
    /** Empty where the scope is not about one check. */
    checkName: text("check_name").notNull(),
    /** The empty blob where the scope is not about one partition, or about none: it sorts after every text. */
    partition: blob("partition").notNull(),
    eventId: integer("event_id").notNull(),
    timestamp: integer("timestamp").notNull(),
    events: integer("events").notNull(),
  },
  (table) => [primaryKey({ columns: [table.assetId, table.scope, table.checkName, table.partition] })],
);

/** Apart from the events, because keys outlive events that retention takes. */
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

/** Who may report and read. What was revoked stays, to be told from what never was. */
export const token = sqliteTable(
  "token",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    /** In hex; the secret itself is nowhere. */
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
