import type { Client, InValue } from "@libsql/client";
import type { AssetKey } from "../../../core/index.ts";
import type { ListPosition } from "../../cursors/list-cursor.ts";
import { nameAtPosition, partsOf } from "../../definitions/definition-changes.ts";
import type { DefinitionFilter, DefinitionName } from "../../definitions/definition-store.ts";
import { encodeKey, encodeText, keyRange } from "../write/sortable-text.ts";
import { type DefinitionKind, kindOf } from "./encode-definitions.ts";

/** A stored definition as plain data. */
export interface DefinitionRow {
  readonly content: string;
  readonly source: string;
  readonly revision: number;
  readonly changedAt: number;
  readonly definedAt: number | null;
}

export interface DefinitionRows {
  readonly rows: readonly DefinitionRow[];
  /** The name of the last row that was examined, which may not be among the rows. */
  readonly last: readonly [name: string, kind: DefinitionKind] | undefined;
  readonly hasMore: boolean;
  readonly revision: number;
}

/** Runs statements, in a turn of their own. */
export type Read = <Result>(work: (client: Client) => Promise<Result>) => Promise<Result>;

/**
 * The condition that a row of `definition` is current. A change writes its rows in steps, for the next revision. Its
 * last step increases the revision.
 */
export const holds = `
  definition.from_revision <= (SELECT revision FROM definition_state)
  AND (definition.to_revision IS NULL OR definition.to_revision > (SELECT revision FROM definition_state))`;

/** How many rows a page examines, and how large its definitions are together. */
const examinedPerPage = 2_000;
const charactersPerPage = 2_000_000;

/** How many times a read starts again if definitions were replaced while it read. */
const mostAttempts = 10;

export async function readRevision(client: Client): Promise<number> {
  const { rows } = await client.execute("SELECT revision FROM definition_state");
  return Number(rows[0]?.revision ?? 0);
}

export async function readDefinition(read: Read, name: DefinitionName): Promise<DefinitionRow | undefined> {
  const args = [encodeKey(partsOf(name)), kindOf(name)];
  const { rows } = await read((client) => client.execute({ sql: selectByName, args }));
  return rows[0] && rowOf(rows[0]);
}

/** The rows of the definitions that hold for keys, in the order of the keys. */
export async function readDefinitionsFor(
  read: Read,
  keys: readonly AssetKey[],
): Promise<readonly (DefinitionRow | undefined)[]> {
  const encoded = keys.map(encodeKey);
  return untilWhole(async () => {
    const found = await ownIds(read, encoded);
    await addPrefixIds(read, encoded, found);
    const rows = await readByIds(read, [...new Set(found.values())]);
    return rows && encoded.map((_, at) => rows.get(found.get(at) ?? -1));
  });
}

/** Definitions in the order of their names. */
export async function readDefinitionList(
  read: Read,
  filter: DefinitionFilter,
  limit: number,
  from: ListPosition | undefined,
): Promise<DefinitionRows> {
  const sql = filter.source === undefined ? selectList : selectListOfSource;
  const range = filter.prefix === undefined ? undefined : keyRange(filter.prefix);
  const after = from && nameAtPosition(from);
  const [name, kind] = after === undefined ? [range?.from ?? "", -1] : [encodeKey(partsOf(after)), kindOf(after)];
  const source = filter.source === undefined ? [] : [encodeText(filter.source)];
  const args: InValue[] = [name, kind, range?.to ?? null, filter.changedAfter ?? -1, examinedPerPage, ...source];
  return untilWhole(async () => {
    const { rows: examined } = await read((client) => client.execute({ sql, args }));
    const revision = examined[0] === undefined ? await read(readRevision) : Number(examined[0].revision);
    let characters = 0;
    let end = 0;
    const ids: number[] = [];
    for (const row of examined) {
      const size = Number(row.listed) * Number(row.size);
      if (ids.length >= limit || (ids.length > 0 && characters + size > charactersPerPage)) break;
      if (row.listed === 1) ids.push(Number(row.id));
      characters += size;
      end++;
    }
    const found = await readByIds(read, ids);
    if (found === undefined) return undefined;
    const last = examined[end - 1];
    return {
      rows: ids.flatMap((id) => found.get(id) ?? []),
      last: last && ([String(last.name), Number(last.kind) as DefinitionKind] as const), // the column has no other
      hasMore: end < examined.length || examined.length === examinedPerPage,
      revision,
    };
  });
}

async function ownIds(read: Read, names: readonly string[]): Promise<Map<number, number>> {
  const { rows } = await read((client) => client.execute({ sql: selectOwnIds, args: [JSON.stringify(names)] }));
  return new Map(rows.map(({ at, id }) => [Number(at), Number(id)]));
}

/**
 * Adds the longest prefix of each key. It looks for the greatest prefix that is not greater than the key. That prefix
 * either is one of the key, or shares some parts with it, and then no longer prefix than those parts can hold. So a key
 * of a thousand parts costs no more than one of two.
 */
async function addPrefixIds(read: Read, names: readonly string[], found: Map<number, number>): Promise<void> {
  let sought = new Map([...names.entries()].filter(([at]) => !found.has(at)));
  while (sought.size > 0) {
    const args = [JSON.stringify([...sought])];
    const { rows } = await read((client) => client.execute({ sql: selectPrefixIds, args }));
    const next = new Map<number, string>();
    for (const { at, id, name } of rows) {
      const shared = sharedParts(sought.get(Number(at)) ?? "", String(name));
      if (shared === name) found.set(Number(at), Number(id));
      else if (shared !== "") next.set(Number(at), shared);
    }
    sought = next;
  }
}

/** The first parts that two encoded keys have in common. */
function sharedParts(one: string, other: string): string {
  const others = other.split("\u0001");
  const parts = one.split("\u0001");
  const end = parts.findIndex((part, i) => part !== others[i]);
  return parts.slice(0, end === -1 ? parts.length : end).join("\u0001");
}

/** Undefined if one of the rows is gone. */
async function readByIds(read: Read, ids: readonly number[]): Promise<Map<number, DefinitionRow> | undefined> {
  if (ids.length === 0) return new Map();
  const { rows } = await read((client) => client.execute({ sql: selectByIds, args: [JSON.stringify(ids)] }));
  return rows.length < ids.length ? undefined : new Map(rows.map((row) => [Number(row.id), rowOf(row)]));
}

async function untilWhole<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let i = 0; i < mostAttempts; i++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Error("The definitions were replaced again and again while they were read.");
}

function rowOf(row: Readonly<Record<string, unknown>>): DefinitionRow {
  return {
    content: String(row.content),
    source: String(row.source),
    revision: Number(row.from_revision),
    changedAt: Number(row.changed_at),
    definedAt: row.defined_at === null ? null : Number(row.defined_at),
  };
}

const columns = "id, content, source, from_revision, changed_at, defined_at";

const selectByName = `SELECT ${columns} FROM definition WHERE name = ?1 AND kind = ?2 AND ${holds}`;
const selectByIds = `SELECT ${columns} FROM definition WHERE id IN (SELECT value FROM json_each(?1))`;

const selectOwnIds = `
  SELECT given.key AS at, definition.id FROM json_each(?1) AS given
  CROSS JOIN definition ON definition.name = given.value AND definition.kind = 0 AND ${holds}`;

const selectPrefixIds = `
  SELECT given.value ->> 0 AS at, found.id, found.name FROM json_each(?1) AS given
  CROSS JOIN definition AS found ON found.id = (
    SELECT definition.id FROM definition WHERE definition.kind = 1 AND definition.name <= given.value ->> 1 AND ${holds}
    ORDER BY definition.name DESC LIMIT 1
  )`;

const list = (condition: string) => `
  SELECT id, name, kind, size, (${holds} AND from_revision > ?4) AS listed,
    (SELECT revision FROM definition_state) AS revision
  FROM definition WHERE (name, kind) > (?1, ?2) AND (?3 IS NULL OR name < ?3) ${condition}
  ORDER BY name, kind, from_revision LIMIT ?5`;
const selectList = list("");
const selectListOfSource = list("AND source = ?6");
