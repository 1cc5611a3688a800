import type { Client, InValue } from "@libsql/client";
import { compareCodePoints } from "../../../core/asset-key.ts";
import { mostConflicts, overLimit } from "../../definitions/definition-changes.ts";
import type {
  DefinitionChanges,
  DefinitionConflict,
  DefinitionName,
  ReplaceOptions,
  ReplaceResult,
} from "../../definitions/definition-store.ts";
import { nextTurn } from "../../next-turn.ts";
import { decodeKey, decodeText, encodeKey, encodeText } from "../write/sortable-text.ts";
import {
  type DefinitionKind,
  decodeChunk,
  definitionsPerStep,
  type EncodedDefinition,
  type EncodedDefinitions,
} from "./encode-definitions.ts";
import { holds, type Read } from "./read-definitions.ts";

/**
 * The position of an encoded definition. It is decoded again when it is written: all of them would take ten times the
 * memory.
 */
interface GivenPlace {
  readonly chunk: number;
  readonly row: number;
  /** Characters of its JSON. */
  readonly size: number;
}

/** One definition that a replacement changes. */
export interface Change {
  /** The row that is replaced or removed; undefined for a new definition. */
  readonly old: number | undefined;
  /** The definition that is written; undefined if the row is removed. */
  readonly given: GivenPlace | undefined;
  /** That of the old row. */
  readonly definedAt: number | null;
}

/** The changes of a replacement, compared with one revision. */
export interface Plan {
  readonly revision: number;
  readonly changes: readonly Change[];
  readonly counts: DefinitionChanges;
  /** How many definitions and subjects all sources together have afterwards. */
  readonly totals: { readonly definitions: number; readonly subjects: number };
}

interface OldRow {
  readonly id: number;
  readonly source: string;
  readonly subjects: number;
  readonly definedAt: number | null;
  readonly fingerprint: string;
}

/** The reason why a replacement is refused, as of one revision. */
interface Refusal {
  readonly revision: number;
  readonly refused: ReplaceResult;
}

/** Compares given definitions with the current ones, in bounded steps. */
export async function compareDefinitions(
  read: Read,
  source: string,
  given: EncodedDefinitions,
  options: ReplaceOptions,
): Promise<Plan | Refusal> {
  const before = await read(readTotals);
  const comparison = new Comparison(source, options);
  let from: Position = ["", -1];
  for (const [i, chunk] of (given.length === 0 ? [undefined] : given).entries()) {
    const rows = chunk === undefined ? [] : decodeChunk(chunk);
    const to = i >= given.length - 1 ? null : (rows.at(-1)?.[0] ?? null);
    const names = new Set(rows.map(([name, kind]) => nameId(name, kind)));
    comparison.addGiven(i, rows, await read((client) => findOld(client, rows)));
    for (;;) {
      const own = await read((client) => findOwn(client, source, from, to));
      comparison.addOwn(own, names);
      const last = own.at(-1);
      if (last === undefined || own.length < definitionsPerStep) break;
      from = [last.name, last.kind];
      await nextTurn();
    }
    from = [to ?? "", 1];
    await nextTurn();
  }
  return comparison.result(before);
}

type Position = readonly [name: string, kind: DefinitionKind | -1];

const nameId = (name: string, kind: number) => `${kind}${name}`;

class Comparison {
  readonly #source: string;
  readonly #options: ReplaceOptions;
  readonly #changes: Change[] = [];
  readonly #conflicts: DefinitionConflict[] = [];
  #conflictCount = 0;
  /** The first name that lies outside of `within`. */
  #outside: readonly [name: string, kind: DefinitionKind] | undefined;
  readonly #within: string | undefined;
  #given = 0;
  #own = 0;
  #counts = { added: 0, changed: 0, removed: 0, unchanged: 0 };
  #subjects = 0;

  constructor(source: string, options: ReplaceOptions) {
    this.#source = encodeText(source);
    this.#options = options;
    this.#within = options.within && encodeKey(options.within);
  }

  addGiven(chunk: number, rows: readonly EncodedDefinition[], old: ReadonlyMap<number, OldRow>): void {
    for (const [i, given] of rows.entries()) {
      const [name, kind, subjects, , fingerprint, content] = given;
      const row = old.get(i);
      const isOwn = row?.source === this.#source;
      this.#given++;
      this.#noteOutside(name, kind);
      if (row !== undefined && !isOwn && ++this.#conflictCount <= mostConflicts) {
        this.#conflicts.push({ name: nameFrom(name, kind), source: decodeText(row.source) });
      }
      if (isOwn && row.fingerprint === fingerprint) {
        this.#counts.unchanged++;
        continue;
      }
      this.#counts[row === undefined ? "added" : "changed"]++;
      this.#subjects += subjects - (row?.subjects ?? 0);
      this.#changes.push({
        old: row?.id,
        given: { chunk, row: i, size: content.length },
        definedAt: row?.definedAt ?? null,
      });
    }
  }

  addOwn(rows: readonly OwnRow[], given: ReadonlySet<string>): void {
    for (const { id, name, kind, subjects } of rows) {
      this.#own++;
      this.#noteOutside(name, kind);
      if (given.has(nameId(name, kind))) continue;
      this.#counts.removed++;
      this.#subjects -= subjects;
      this.#changes.push({ old: id, given: undefined, definedAt: null });
    }
  }

  #noteOutside(name: string, kind: DefinitionKind): void {
    if (this.#within === undefined || name === this.#within || name.startsWith(`${this.#within}\u0001`)) return;
    const [before, kindBefore = 0] = this.#outside ?? [];
    const isFirst = before === undefined || (compareCodePoints(name, before) || kind - kindBefore) < 0;
    if (isFirst) this.#outside = [name, kind];
  }

  result({ revision, definitions, subjects }: Totals): Plan | Refusal {
    const totals = {
      definitions: definitions + this.#counts.added - this.#counts.removed,
      subjects: subjects + this.#subjects,
    };
    const refused = this.#refused() ?? overLimit(totals.definitions, totals.subjects);
    if (refused !== undefined) return { revision, refused };
    return { revision, changes: this.#changes, counts: this.#counts, totals };
  }

  #refused(): ReplaceResult | undefined {
    const { takeOver, allowEmpty } = this.#options;
    if (this.#outside !== undefined) return { status: "outside", name: nameFrom(...this.#outside) };
    if (takeOver !== true && this.#conflictCount > 0) {
      return { status: "owned", conflicts: this.#conflicts, total: this.#conflictCount };
    }
    if (this.#given === 0 && this.#own > 0 && allowEmpty !== true) return { status: "emptied", definitions: this.#own };
    return undefined;
  }
}

function nameFrom(name: string, kind: DefinitionKind): DefinitionName {
  return kind === 0 ? { key: decodeKey(name) } : { prefix: decodeKey(name) };
}

interface Totals {
  readonly revision: number;
  readonly definitions: number;
  readonly subjects: number;
}

async function readTotals(client: Client): Promise<Totals> {
  const { rows } = await client.execute("SELECT revision, definitions, subjects FROM definition_state");
  const [row] = rows;
  return {
    revision: Number(row?.revision),
    definitions: Number(row?.definitions),
    subjects: Number(row?.subjects),
  };
}

/** The current rows with the names of given definitions, by the index of the given definition. */
async function findOld(client: Client, given: readonly EncodedDefinition[]): Promise<ReadonlyMap<number, OldRow>> {
  if (given.length === 0) return new Map();
  const names = given.map(([name, kind]) => [name, kind]);
  const { rows } = await client.execute({ sql: selectOld, args: [JSON.stringify(names)] });
  return new Map(
    rows.map((row) => [
      Number(row.at),
      {
        id: Number(row.id),
        source: String(row.source),
        subjects: Number(row.subjects),
        definedAt: row.defined_at === null ? null : Number(row.defined_at),
        fingerprint: String(row.fingerprint),
      },
    ]),
  );
}

interface OwnRow {
  readonly id: number;
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly subjects: number;
}

/** The current rows of a source, after a position and up to a name. */
async function findOwn(
  client: Client,
  source: string,
  [name, kind]: Position,
  to: string | null,
): Promise<readonly OwnRow[]> {
  const args: InValue[] = [encodeText(source), name, kind, to, definitionsPerStep];
  const { rows } = await client.execute({ sql: selectOwn, args });
  return rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    kind: Number(row.kind) as DefinitionKind, // the column has no other
    subjects: Number(row.subjects),
  }));
}

const selectOld = `
  SELECT given.key AS at, definition.id, source, subjects, defined_at, fingerprint FROM json_each(?1) AS given
  CROSS JOIN definition
    ON definition.name = given.value ->> 0 AND definition.kind = given.value ->> 1 AND ${holds}`;

const selectOwn = `
  SELECT id, name, kind, subjects FROM definition
  WHERE source = ?1 AND (name, kind) > (?2, ?3) AND (?4 IS NULL OR name <= ?4) AND ${holds}
  ORDER BY name, kind LIMIT ?5`;
