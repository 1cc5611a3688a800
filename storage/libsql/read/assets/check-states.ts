import type { InValue, Row } from "@libsql/client";
import { scopes } from "../../write/summaries.ts";
import type { ReadSteps } from "../read-steps.ts";

// A check has a summary for each of its partitions. None says which of them fail, so their latest events are read. An
// asset may have millions.

/** How many summaries of checks one step reads, each with its event. */
const checksPerStep = 10_000;
/** An asset with more of them is read alone. */
const fewChecks = 200;
const assetsPerStep = 500;

/** How many checks of an asset fail or warn, by the worst of their partitions. */
export interface FailingNames {
  readonly failed: number;
  readonly warned: number;
}

export const noneFails: FailingNames = { failed: 0, warned: 0 };

/**
 * The failing checks of the first of these assets, by their ids. It covers all of them, unless they have more than
 * `most` summaries of checks together, and at least one.
 */
export async function readFailingNames(
  steps: ReadSteps,
  ids: readonly number[],
  most: number,
): Promise<{ readonly found: readonly FailingNames[]; readonly checks: number }> {
  const found: FailingNames[] = [];
  let checks = 0;
  for (let start = 0; start < ids.length; start += assetsPerStep) {
    const batch = ids.slice(start, start + assetsPerStep);
    const counts = await countChecks(steps, batch);
    const ofFew = await readOfFew(steps, batch, counts);
    for (const [i, id] of batch.entries()) {
      if (checks >= most && found.length > 0) return { found, checks };
      const count = counts[i] ?? 0;
      if (isMuch(count)) {
        const walked = await walkNames(steps, id);
        checks += walked.checks;
        found.push(walked.names);
      } else {
        checks += count;
        found.push(ofFew.get(id) ?? noneFails);
      }
    }
  }
  return { found, checks };
}

/** How many summaries of checks each of these assets has. One more than `fewChecks` stands for any greater number. */
export async function countChecks(steps: ReadSteps, ids: readonly number[]): Promise<readonly number[]> {
  const [row] = (await steps.step((client) => client.execute({ sql: selectCounts, args: [JSON.stringify(ids)] }))).rows;
  return JSON.parse(String(row?.counts)) as number[]; // as the statement writes it
}

/** Whether an asset with so many summaries of checks is read alone. */
export function isMuch(count: number): boolean {
  return count > fewChecks;
}

async function readOfFew(steps: ReadSteps, ids: readonly number[], counts: readonly number[]) {
  const found = new Map<number, FailingNames>();
  for (const group of groupsOfFew(ids, counts, steps)) {
    const { rows } = await steps.step((client) => client.execute({ sql: selectOfFew, args: [JSON.stringify(group)] }));
    for (const row of rows) {
      found.set(Number(row.asset_id), { failed: Number(row.failed), warned: Number(row.warned) });
    }
  }
  return found;
}

/** The assets with few summaries of checks, in groups that one step reads. Assets without any are left out. */
export function groupsOfFew(
  ids: readonly number[],
  counts: readonly number[],
  { scale }: ReadSteps,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let inGroup = Number.POSITIVE_INFINITY;
  for (const [i, id] of ids.entries()) {
    const count = counts[i] ?? 0;
    if (count === 0 || isMuch(count)) continue;
    inGroup += count;
    if (inGroup > checksPerStep * scale) {
      groups.push([]);
      inGroup = count;
    }
    groups.at(-1)?.push(id);
  }
  return groups;
}

async function walkNames(steps: ReadSteps, id: number) {
  const counts = [0, 0, 0]; // by state: passed, warned, failed
  let checks = 0;
  let name: string | undefined;
  let worst = 0;
  await walkChecks(steps, id, async (range) => {
    const sql = `SELECT summary.check_name, max(${state}) AS state ${failingIn(range)} GROUP BY summary.check_name`;
    const { rows } = await steps.step((client) => client.execute({ sql, args: range.args }));
    checks += checksPerStep;
    for (const row of rows) {
      // A name may continue in the next part.
      if (row.check_name !== name) {
        counts[worst] = (counts[worst] ?? 0) + 1;
        worst = 0;
      }
      name = String(row.check_name);
      worst = Math.max(worst, Number(row.state));
    }
    return true;
  });
  counts[worst] = (counts[worst] ?? 0) + 1;
  return { names: { failed: counts[2] ?? 0, warned: counts[1] ?? 0 }, checks };
}

/** Part of an asset's summaries of checks, as a condition for `WHERE`. */
interface CheckRange {
  readonly where: string;
  readonly args: readonly InValue[] & InValue[];
}

/**
 * Walks all summaries of an asset's checks, by name and by partition (none comes last), a bounded part at a time, as
 * long as `look` returns true.
 */
export async function walkChecks(
  steps: ReadSteps,
  id: number,
  look: (range: CheckRange) => Promise<boolean>,
): Promise<void> {
  for (let from: Position | undefined, isLast = false; !isLast; ) {
    const after = from === undefined ? everything : bound(">", from);
    const args = [id, ...after.args];
    const sql = `SELECT check_name, partition FROM summary WHERE ${ofAsset} ${after.sql}
      ORDER BY check_name, partition LIMIT 1 OFFSET ${checksPerStep * steps.scale - 1}`;
    const [end] = (await steps.step((client) => client.execute({ sql, args }))).rows;
    const to = end === undefined ? undefined : positionOf(end);
    const upTo = to === undefined ? everything : bound("<=", to);
    const goesOn = await look({ where: `${ofAsset} ${after.sql} ${upTo.sql}`, args: [...args, ...upTo.args] });
    if (!goesOn) return;
    from = to;
    isLast = to === undefined;
  }
}

/** The failing checks of a part, from `FROM` on. */
export function failingIn({ where }: CheckRange): string {
  return `FROM summary CROSS JOIN event ON event.id = summary.event_id WHERE ${where} AND event.passed = 0`;
}

interface Position {
  readonly name: string;
  /** Null for no partition. */
  readonly partition: string | null;
}

function positionOf({ check_name: name, partition }: Row): Position {
  return { name: String(name), partition: typeof partition === "string" ? partition : null };
}

const everything = { sql: "", args: [] as InValue[] };

// No partition is the empty blob, which comes last of its name.
function bound(
  operator: ">" | "<=",
  { name, partition }: Position,
): { readonly sql: string; readonly args: InValue[] } {
  if (partition === null) return { sql: `AND summary.check_name ${operator} ?`, args: [name] };
  return { sql: `AND (summary.check_name, summary.partition) ${operator} (?, ?)`, args: [name, partition] };
}

const state = "iif(event.severity = 'WARN', 1, 2)";
const ofAsset = `summary.asset_id = ? AND summary.scope = ${scopes.checkPartition}`;

const selectCounts = `
  SELECT json_group_array(count) AS counts FROM (
    SELECT (SELECT count(*) FROM (
      SELECT 1 FROM summary WHERE asset_id = ids.value AND scope = ${scopes.checkPartition} LIMIT ${fewChecks + 1}
    )) AS count FROM json_each(?) AS ids ORDER BY ids.key
  )`;

const selectOfFew = `
  SELECT asset_id, sum(state = 2) AS failed, sum(state = 1) AS warned FROM (
    SELECT summary.asset_id, summary.check_name, max(${state}) AS state
    FROM json_each(?) AS ids
      CROSS JOIN summary ON summary.asset_id = ids.value AND summary.scope = ${scopes.checkPartition}
      CROSS JOIN event ON event.id = summary.event_id
    WHERE event.passed = 0 GROUP BY summary.asset_id, summary.check_name
  ) GROUP BY asset_id`;
