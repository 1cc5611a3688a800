/** Version n is migrations[n - 1]. One that was released is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE log (log_id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;
  INSERT INTO log VALUES (lower(hex(randomblob(8))));

  -- The writer deletes nothing from it, to take the write lock by a statement that the driver does not prepare.
  CREATE TABLE write_lock (x);

  CREATE TABLE asset (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE);

  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asset_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    partition TEXT,
    check_name TEXT,
    passed INTEGER,
    severity TEXT,
    versioned INTEGER,
    timestamp INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    idempotency_key TEXT,
    details TEXT NOT NULL
  );
  CREATE INDEX event_by_asset ON event (asset_id, id, kind, partition);
  INSERT INTO sqlite_sequence (name, seq) VALUES ('event', 0);

  CREATE TABLE summary (
    asset_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    check_name TEXT NOT NULL,
    partition BLOB NOT NULL,
    event_id INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (asset_id, scope, check_name, partition)
  ) WITHOUT ROWID;

  CREATE TABLE idempotency (
    asset_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (asset_id, kind, key)
  ) WITHOUT ROWID;
  CREATE INDEX idempotency_by_age ON idempotency (received_at);
  `,
  `
  -- Assets whose rows are still to be deleted. What carries their id is nobody's already, since asset has another one.
  CREATE TABLE wiped_asset (asset_id INTEGER PRIMARY KEY);
  `,
  `
  -- The greatest id of each kind that retention has deleted: who resumes below it is told.
  CREATE TABLE pruned (kind INTEGER PRIMARY KEY, event_id INTEGER NOT NULL);

  CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    prefix TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
  );
  CREATE UNIQUE INDEX token_by_name ON token (name) WHERE revoked_at IS NULL;
  `,
];
