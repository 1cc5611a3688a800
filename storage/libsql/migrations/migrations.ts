/**
 * Version n is migrations[n - 1]. The texts are frozen: a released migration is never changed, not even its comments,
 * whose words are those of its time. tests/storage/libsql/schema.test.ts prints the next one.
 */
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

  -- One row for each transaction of late on a remote database: who never got its answer looks here, or tries again and
  -- meets its own id. \`plan\` says which of the writer's plans for the group it was.
  CREATE TABLE group_commit (
    id TEXT PRIMARY KEY NOT NULL,
    plan INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    received_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- One row: the time by which retention last deleted. A clock far ahead of it is not followed at once.
  CREATE TABLE retention (clock INTEGER NOT NULL);
  INSERT INTO retention SELECT received_at FROM event ORDER BY id DESC LIMIT 1;

  -- When the row was added, by the database's clock in seconds since 1970: those of the servers may differ.
  ALTER TABLE group_commit ADD COLUMN noted_at INTEGER;
  UPDATE group_commit SET noted_at = CAST(strftime('%s', 'now') AS INTEGER);
  CREATE INDEX group_commit_by_age ON group_commit (noted_at);
  `,
  `
  -- Partitions of assets whose events up to an id are wiped, but still to be deleted: nothing reads them any more. Those
  -- up to deleted_to_id are deleted. The empty blob stands for no partition, as in summary.
  CREATE TABLE wiped_partition (
    asset_id INTEGER NOT NULL,
    partition BLOB NOT NULL,
    up_to_id INTEGER NOT NULL,
    deleted_to_id INTEGER NOT NULL,
    PRIMARY KEY (asset_id, partition)
  ) WITHOUT ROWID;
  `,
  `
  -- What is known of assets without a report. A row holds from one revision of all definitions to before another.
  CREATE TABLE definition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    from_revision INTEGER NOT NULL,
    to_revision INTEGER,
    source TEXT NOT NULL,
    subjects INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    defined_at INTEGER,
    fingerprint TEXT NOT NULL,
    size INTEGER NOT NULL,
    content TEXT NOT NULL
  );
  CREATE UNIQUE INDEX definition_by_name ON definition (name, kind, from_revision);
  CREATE INDEX definition_by_prefix ON definition (name) WHERE kind = 1;
  CREATE INDEX definition_by_source ON definition (source, name, kind);
  CREATE INDEX definition_by_revision ON definition (from_revision);
  CREATE INDEX definition_by_end ON definition (to_revision) WHERE to_revision IS NOT NULL;

  -- One row: the revision that is read, what all sources have together, and who writes the next revision in steps.
  CREATE TABLE definition_state (
    id INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    definitions INTEGER NOT NULL,
    subjects INTEGER NOT NULL,
    writing TEXT,
    step INTEGER NOT NULL
  );
  INSERT INTO definition_state VALUES (1, 0, 0, 0, NULL, 0);
  `,
  `
  -- Who reported an event: the name of the token. Null where no token was needed, and for what the watcher records.
  ALTER TABLE event ADD COLUMN reported_by TEXT;

  -- One row: which server watches, how far it has followed the log, and by which time it has judged.
  CREATE TABLE watcher (
    id INTEGER PRIMARY KEY,
    holder TEXT,
    fence INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    cursor INTEGER,
    evaluated_until INTEGER,
    settle_until INTEGER,
    revision INTEGER NOT NULL,
    sweep TEXT
  );
  -- A log without events is followed from the first one on; in another one, states are read first.
  INSERT INTO watcher VALUES (1, NULL, 0, 0, iif(EXISTS (SELECT 1 FROM event), NULL, 0), NULL, NULL, 0, NULL);

  -- The freshness of an asset or of one of its partitions, by the asset's encoded key. The empty blob stands for the asset,
  -- as in summary; if that is watched by partitions, its row has no state, and says when other partitions are watched.
  CREATE TABLE subject (
    name TEXT NOT NULL,
    partition BLOB NOT NULL,
    state TEXT,
    since INTEGER,
    last_at INTEGER,
    deadline INTEGER,
    next_at INTEGER,
    defined_at INTEGER,
    PRIMARY KEY (name, partition)
  ) WITHOUT ROWID;
  CREATE INDEX subject_by_next ON subject (next_at) WHERE next_at IS NOT NULL;
  CREATE INDEX subject_by_state ON subject (state, name, partition) WHERE state IS NOT NULL;

  -- Open problems, and those that ended of late. No partition and no check are the empty blob and the empty text.
  CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    partition BLOB NOT NULL,
    check_name TEXT NOT NULL,
    severity TEXT NOT NULL,
    since INTEGER NOT NULL,
    resolved_at INTEGER,
    reason TEXT NOT NULL,
    event_id INTEGER,
    tell_at INTEGER,
    labels TEXT NOT NULL
  );
  CREATE UNIQUE INDEX alert_firing ON alert (name, kind, check_name, partition) WHERE resolved_at IS NULL;
  CREATE INDEX alert_resolved ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

  CREATE TABLE mute (
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    until INTEGER NOT NULL,
    muted_by TEXT,
    PRIMARY KEY (name, kind)
  ) WITHOUT ROWID;
  `,
  `
  -- What alerts became, for destinations: a row when one opens, gets worse or ends, as the alert was then. The triggers
  -- write it, so that whatever changes an alert notes it in the same transaction. changed_at is the time of that.
  ALTER TABLE alert ADD COLUMN changed_at INTEGER;
  CREATE TABLE alert_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    alert_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    partition BLOB NOT NULL,
    check_name TEXT NOT NULL,
    severity TEXT NOT NULL,
    since INTEGER NOT NULL,
    resolved_at INTEGER,
    reason TEXT NOT NULL,
    event_id INTEGER,
    tell_at INTEGER,
    labels TEXT NOT NULL
  );
  INSERT INTO sqlite_sequence (name, seq) VALUES ('alert_change', 0);
  -- A copy of the database leaves out ids of alerts too: receivers know messages by them.
  INSERT INTO sqlite_sequence (name, seq)
  SELECT 'alert', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'alert');
  CREATE TRIGGER alert_opens AFTER INSERT ON alert BEGIN
    INSERT INTO alert_change (
      at, alert_id, kind, name, partition, check_name, severity, since, resolved_at, reason, event_id, tell_at, labels
    ) VALUES (
      NEW.changed_at, NEW.id, NEW.kind, NEW.name, NEW.partition, NEW.check_name, NEW.severity, NEW.since,
      NEW.resolved_at, NEW.reason, NEW.event_id, NEW.tell_at, NEW.labels
    );
  END;
  CREATE TRIGGER alert_changes AFTER UPDATE ON alert
  WHEN OLD.resolved_at IS NULL
    AND (NEW.resolved_at IS NOT NULL OR OLD.severity = 'WARN' AND NEW.severity = 'ERROR')
  BEGIN
    INSERT INTO alert_change (
      at, alert_id, kind, name, partition, check_name, severity, since, resolved_at, reason, event_id, tell_at, labels
    ) VALUES (
      NEW.changed_at, NEW.id, NEW.kind, NEW.name, NEW.partition, NEW.check_name, NEW.severity, NEW.since,
      NEW.resolved_at, NEW.reason, NEW.event_id, NEW.tell_at, NEW.labels
    );
  END;

  -- One row: which server sends, and its last commit.
  CREATE TABLE sender (
    id INTEGER PRIMARY KEY,
    holder TEXT,
    file_hash TEXT,
    fence INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    commit_id TEXT
  );
  INSERT INTO sender VALUES (1, NULL, NULL, 0, 0, NULL);

  -- Who is told, and how far each has come. Addresses and secrets are in the operator's file alone.
  CREATE TABLE destination (
    name TEXT PRIMARY KEY NOT NULL,
    type TEXT NOT NULL,
    event_cursor INTEGER NOT NULL,
    alert_cursor INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    failures INTEGER NOT NULL,
    retry_at INTEGER,
    group_at INTEGER,
    grouped_at INTEGER,
    pruned INTEGER NOT NULL,
    left_at INTEGER,
    changed_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    event_id INTEGER,
    alert_change_id INTEGER,
    content TEXT,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    answer TEXT
  );
  CREATE UNIQUE INDEX delivery_by_message ON delivery (message_id);
  -- Also in the order of ids, which SQLite adds to every index.
  CREATE INDEX delivery_by_status ON delivery (destination, status);
  CREATE INDEX delivery_by_end ON delivery (ended_at) WHERE ended_at IS NOT NULL;

  -- What the server that sends is asked for.
  CREATE TABLE send_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL,
    destination TEXT NOT NULL,
    argument INTEGER,
    option TEXT
  );
  `,
];
