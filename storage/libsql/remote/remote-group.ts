import type { InStatement } from "@libsql/client";
import { smallStepBack } from "../../recording/receipt-time.ts";
import { field } from "../write/event-row.ts";
import type { Group } from "../write/group.ts";
import {
  column,
  insertAssets,
  insertKeys,
  insertReported,
  lastEventId,
  lastReceivedAt,
  reporterArgs,
  reporterOfRow,
} from "../write/insert-statements.ts";
import { selectRecorded } from "../write/plan-units.ts";
import { additionAfter } from "../write/summaries.ts";
import { commitColumns, databaseClock, forgetCommits } from "./commit-id.ts";

/** The content of one batch. */
interface PlannedGroup {
  /** The batch takes effect once: it fails if the id was committed before. */
  readonly id: string;
  /** Which of the plans for its group this is. */
  readonly plan: number;
  /** The id of the commit that must come before this one. */
  readonly after: string | null;
  readonly rows: readonly string[];
  /** `scopesJson` of the whole group, and `Recorded` as JSON: the batch does nothing unless that is still true. */
  readonly keys: { readonly scopes: string; readonly recorded: string } | undefined;
  readonly checks: boolean;
  readonly now: number;
  readonly reportedBy?: Group["reportedBy"];
}

/** The statements that commit the group. The last one's row is the answer. */
export function groupStatements({ id, plan, after, rows, keys, checks, now, reportedBy }: PlannedGroup): InStatement[] {
  const scopes = keys?.scopes ?? "[]";
  return [
    { sql: insertCommit, args: [scopes, id, plan, now, keys?.recorded ?? "[]", after] },
    ...chunksOf(rows).flatMap((chunk) => chunkStatements({ id, now, reportedBy }, chunk, keys !== undefined)),
    { sql: checks ? addAll : addWithoutChecks, args: [id] },
    forgetCommits,
    { sql: selectAnswer, args: [scopes, id, after] },
  ];
}

interface Chunk {
  /** The index of its first row in the group. */
  readonly start: number;
  readonly rows: readonly string[];
}

function chunkStatements(
  { id, now, reportedBy }: Pick<PlannedGroup, "id" | "now" | "reportedBy">,
  { start, rows }: Chunk,
  keyed: boolean,
): InStatement[] {
  const fields = rows.map((row): readonly unknown[] => JSON.parse(row));
  const assets = [...new Set(fields.map((row) => row[field.key]))];
  const fingerprints = fields.map((row) => row[field.fingerprint] ?? null);
  const first = BigInt(start);
  return [
    { sql: insertAssetsOfCommit, args: [id, JSON.stringify(assets)] },
    { sql: insertEventsOfCommit, args: [id, `[${rows.join(",")}]`, first, now, ...reporterArgs({ reportedBy })] },
    ...(keyed ? [{ sql: insertKeysOfCommit, args: [id, JSON.stringify(fingerprints), first] }] : []),
  ];
}

// sqld takes no argument above 5 MB, and a character has up to three bytes.
const charactersPerChunk = 1_000_000;

function chunksOf(rows: readonly string[]): readonly Chunk[] {
  const chunks: { start: number; rows: string[] }[] = [];
  let left = 0;
  for (const [start, row] of rows.entries()) {
    if (row.length > left) {
      chunks.push({ start, rows: [] });
      left = charactersPerChunk;
    }
    chunks.at(-1)?.rows.push(row);
    left -= row.length;
  }
  return chunks;
}

const isNext = (after: string) => `(${after} IS NULL OR EXISTS (SELECT 1 FROM group_commit WHERE id = ${after}))`;
const recorded = `
  (SELECT json_group_array(json_array(position, event_id, fingerprint)) FROM (${selectRecorded} ORDER BY position))`;

// The statements after this one do nothing unless it adds its row. It fails if the row is there already.
const insertCommit = `
  INSERT INTO ${commitColumns}
  SELECT ?2, ?3, ${lastEventId}, max(?4, ${lastReceivedAt}), ${databaseClock}
  WHERE EXISTS (SELECT 1 FROM group_commit WHERE id = ?2) OR (${isNext("?6")} AND ${recorded} = ?5)`;

const insertAssetsOfCommit = insertAssets(`
  SELECT given.value FROM json_each(?2) AS given
  WHERE EXISTS (SELECT 1 FROM group_commit WHERE id = ?1)
    AND NOT EXISTS (SELECT 1 FROM asset WHERE asset.key = given.value)`);

const insertEventsOfCommit = `${insertReported({
  from: "group_commit AS head CROSS JOIN json_each(?2) AS row",
  id: "head.last_id + 1 + ?3 + row.key",
  receivedAt: "head.received_at",
  defaultTimestamp: `iif(head.received_at - ?4 <= ${smallStepBack}, head.received_at, ?4)`,
  details: column("details"),
  reportedBy: reporterOfRow("?5", "?6"),
})}
  WHERE head.id = ?1`;

const insertKeysOfCommit = insertKeys(`
  SELECT event.asset_id, event.kind, event.idempotency_key, event.id, given.value, head.received_at
  FROM group_commit AS head CROSS JOIN json_each(?2) AS given
  CROSS JOIN event ON event.id = head.last_id + 1 + ?3 + given.key
  WHERE head.id = ?1 AND given.value IS NOT NULL`);

const lastId = "(SELECT last_id FROM group_commit WHERE id = ?1)";
const addWithoutChecks = additionAfter(lastId, false);
const addAll = additionAfter(lastId, true);

const selectAnswer = `
  SELECT head.plan, head.last_id, ${isNext("?3")} AS is_next, iif(head.id IS NULL, ${recorded}, NULL) AS recorded
  FROM (SELECT 1) LEFT JOIN group_commit AS head ON head.id = ?2`;

/** The answer of a batch that was committed, given its id. */
export const selectCommit = "SELECT plan, last_id FROM group_commit WHERE id = ?";
