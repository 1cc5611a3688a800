import { drizzle } from "drizzle-orm/libsql/http";
import type { AssetKey } from "../../../../core/index.ts";
import { mostAhead } from "../../../../core/time.ts";
import type { AssetTimeline, EventMark, TimelineMark, TimelineRequest } from "../../../overview.ts";
import {
  firstOf,
  mostExamined,
  mostOfName,
  pickEvents,
  thinMarks,
  thinReports,
  timelineName,
} from "../../../scan/timeline.ts";
import { type EventRow, eventMark, kinds, type MarkRow } from "../../write/event-row.ts";
import { decodeText, encodeKey } from "../../write/sortable-text.ts";
import { isReported, isVisible } from "../../write/wiped-partition.ts";
import { eventSizeSql } from "../page-size.ts";
import type { ReadSteps } from "../read-steps.ts";
import { readEvents } from "./read-event.ts";
import { type EventRange, walkEvents, walkStatement } from "./walk-events.ts";

/** How many runs of events a sample has, and how many of them one step reads. */
const mostRuns = 500;
const runsPerStep = 50;

/** As AssetTimeline, with the rows of its events. */
export interface TimelineRows extends Omit<AssetTimeline, "events"> {
  readonly rows: readonly EventRow[];
}

/**
 * When the events of an asset happened. If there are more than `most`, it takes a sample: runs of events, evenly
 * spread over the order of receipt, and the latest event of each kind by its timestamp, whenever that was received.
 */
export async function readTimeline(
  steps: ReadSteps,
  key: AssetKey,
  { since, slots, events = 0 }: TimelineRequest,
  most = mostExamined,
): Promise<TimelineRows> {
  const range = await findRange(steps, key, since);
  if (range === undefined) return { marks: [], first: null, isSample: false, rows: [] };
  const marks: EventMark[] = [];
  const use = (json: unknown) => {
    // As the statements write them. Not by a spread: there may be more rows than a call takes arguments.
    for (const row of JSON.parse(String(json ?? "[]")) as MarkRow[]) marks.push(eventMark(row));
  };
  const { assetId, afterId, upToId } = range;
  const args = [assetId, afterId, upToId, most + 1];
  const counted = await steps.step((client) => client.execute({ sql: selectCount, args }));
  const isSample = Number(counted.rows[0]?.count) > most;
  if (isSample) {
    await walkRuns(steps, range, since, most, use);
    await addLatest(steps, assetId, since, marks);
  } else await walkEvents(steps, selectAll, range, () => [since ?? null], use);
  const named = await withNames(steps, thinMarks(marks, slots));
  return {
    marks: named,
    first: firstOf(marks),
    isSample,
    rows: await readPicked(steps, pickEvents(marks, named, events)),
  };
}

/** The range of ids of events that may have happened since: those received shortly before, and later. */
async function findRange(steps: ReadSteps, key: AssetKey, since: number | undefined): Promise<EventRange | undefined> {
  const found = await steps.step((client) => client.execute({ sql: selectEnds, args: [encodeKey(key)] }));
  const [ends] = found.rows;
  if (ends?.first == null) return undefined;
  const range = { assetId: Number(ends.id), afterId: Number(ends.first) - 1, upToId: Number(ends.last) };
  if (since === undefined) return range;
  const args = [range.afterId + 1, range.upToId + 1, since - mostAhead];
  const { rows } = await steps.step((client) => client.execute({ sql: selectFirstSince, args }));
  return { ...range, afterId: Number(rows[0]?.id) - 1 };
}

const selectEnds = `
  SELECT asset.id AS id, (SELECT min(id) FROM event WHERE asset_id = asset.id) AS first,
    (SELECT max(id) FROM event WHERE asset_id = asset.id) AS last
  FROM asset WHERE key = ?1`;

// Times of receipt do not decrease as ids grow, so a binary search finds the first that is late enough. The driver
// binds numbers as floats, so the ids are cast: their halves must be ids too.
const receivedInMiddle = "(SELECT received_at FROM event WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1)";
const selectFirstSince = `
  WITH RECURSIVE search (low, high) AS (
    SELECT CAST(?1 AS INTEGER), CAST(?2 AS INTEGER)
    UNION ALL
    SELECT iif(${receivedInMiddle} >= ?3, low, (low + high) / 2 + 1), iif(${receivedInMiddle} >= ?3, (low + high) / 2, high)
    FROM search WHERE low < high
  )
  SELECT low AS id FROM search WHERE low >= high`;

const selectCount = `
  SELECT count(*) AS count FROM (SELECT 1 FROM event WHERE asset_id = ?1 AND id > ?2 AND id <= ?3 LIMIT ?4)`;

const marksOf = (examined: string, since: string) => `
  SELECT json_group_array(json_array(event.id, event.kind, event.timestamp, event.passed, event.severity)) AS marks
  FROM ${examined} CROSS JOIN event ON event.id = examined.id
  WHERE ${isReported("examined")} AND ${isVisible("examined")} AND (${since} IS NULL OR event.timestamp >= ${since})`;

const selectAll = walkStatement((examined) => marksOf(examined, "?5"));

const selectRuns = `
  SELECT (${marksOf(
    `(
      SELECT id, asset_id, kind, partition FROM event
      WHERE asset_id = ?1 AND id > (run.value ->> 0) AND id <= (run.value ->> 1) ORDER BY id DESC LIMIT ?3
    ) AS examined`,
    "?4",
  )}) AS found
  FROM json_each(?2) AS run`;

async function walkRuns(
  steps: ReadSteps,
  { assetId, afterId, upToId }: EventRange,
  since: number | undefined,
  most: number,
  use: (json: unknown) => void,
): Promise<void> {
  const count = Math.min(mostRuns, most);
  const edge = (i: number) => Math.round(afterId + ((upToId - afterId) * i) / count);
  const runs = Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1)]);
  const inStep = runsPerStep * steps.scale;
  for (let at = 0; at < runs.length; at += inStep) {
    const args = [assetId, JSON.stringify(runs.slice(at, at + inStep)), Math.floor(most / count), since ?? null];
    const { rows } = await steps.step((client) => client.execute({ sql: selectRuns, args }));
    for (const { found } of rows) use(found);
  }
}

const selectLatest = marksOf(
  `(
    SELECT event.id, event.asset_id, event.kind, event.partition FROM summary CROSS JOIN event ON event.id = summary.event_id
    WHERE summary.asset_id = ?1 AND summary.scope <= ${kinds.ASSET_CHECK_EVALUATION} AND summary.check_name = ''
      AND summary.partition = x''
  ) AS examined`,
  "?2",
);

/** Adds the latest event of each kind that is not in the sample: its id may be anywhere. */
async function addLatest(steps: ReadSteps, assetId: number, since: number | undefined, marks: EventMark[]) {
  const { rows } = await steps.step((client) => client.execute({ sql: selectLatest, args: [assetId, since ?? null] }));
  const ids = new Set(marks.map(({ id }) => id));
  const found = JSON.parse(String(rows[0]?.marks ?? "[]")) as MarkRow[]; // as the statement writes it
  for (const mark of found.map(eventMark)) if (!ids.has(mark.id)) marks.push(mark);
}

type NameRow = readonly [id: number, partition: string | null, checkName: string | null];

// Twice the length of the answer, since some characters take two in the database.
const nameStart = (column: string) => `substr(${column}, 1, ${2 * mostOfName})`;
const selectNames = `
  SELECT json_group_array(json_array(event.id, ${nameStart("partition")}, ${nameStart("check_name")})) AS names
  FROM json_each(?1) AS ask CROSS JOIN event ON event.id = ask.value`;

async function withNames(steps: ReadSteps, marks: readonly Omit<TimelineMark, "partition" | "checkName">[]) {
  if (marks.length === 0) return [];
  const args = [JSON.stringify(marks.map(({ id }) => id))];
  const { rows } = await steps.step((client) => client.execute({ sql: selectNames, args }));
  const names = new Map<number, NameRow>();
  for (const row of JSON.parse(String(rows[0]?.names)) as NameRow[]) names.set(row[0], row); // as the statement writes it
  const decoded = (text: string | null = null) => timelineName(text === null ? null : decodeText(text));
  return marks.map((mark): TimelineMark => {
    const [, partition, checkName] = names.get(mark.id) ?? [];
    return { ...mark, partition: decoded(partition), checkName: decoded(checkName) };
  });
}

/** The most bytes that the events have together, unless the latest alone has more. */
const bytesOfEvents = 1 << 20;

const selectSizes = `
  SELECT json_group_array(json_array(event.id, ${eventSizeSql})) AS sizes
  FROM json_each(?1) AS ask CROSS JOIN event ON event.id = ask.value CROSS JOIN asset ON asset.id = event.asset_id`;

async function readPicked(steps: ReadSteps, marks: readonly EventMark[]): Promise<readonly EventRow[]> {
  if (marks.length === 0) return [];
  let picked = marks;
  const args = [JSON.stringify(picked.map(({ id }) => id))];
  const { rows } = await steps.step((client) => client.execute({ sql: selectSizes, args }));
  const sizes = new Map(JSON.parse(String(rows[0]?.sizes)) as [number, number][]); // as the statement writes it
  const bytes = () => picked.reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0);
  while (picked.length > 1 && bytes() > bytesOfEvents) picked = thinReports(picked, Math.ceil(picked.length / 2));
  const ids = picked.map(({ id }) => id);
  const found = await steps.step((client) => readEvents(drizzle(client), ids));
  const ofId = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id) => ofId.get(id) ?? []);
}
