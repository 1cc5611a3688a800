import { setTimeout as delay } from "node:timers/promises";
import type { InValue } from "@libsql/client";
import type { ReplaceOptions, ReplaceResult } from "../../definitions/definition-store.ts";
import { EventLogError } from "../../event-log-error.ts";
import { nextTurn } from "../../next-turn.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { encodeText } from "../write/sortable-text.ts";
import { type WriteTransaction, writeTransaction } from "../write/write-transaction.ts";
import { type Change, compareDefinitions, type Plan } from "./compare-definitions.ts";
import {
  decodeChunk,
  definitionsPerStep,
  type EncodedDefinition,
  type EncodedDefinitions,
  inSteps,
} from "./encode-definitions.ts";
import { readRevision } from "./read-definitions.ts";

/** How many times a replacement is compared again because others changed definitions meanwhile. */
const mostAttempts = 10;

/** The time between two checks whether another process has ended its change, in milliseconds. */
const lookEvery = 50;

export interface ReplaceRequest {
  readonly source: string;
  readonly given: EncodedDefinitions;
  readonly options: ReplaceOptions;
  readonly now: number;
}

/**
 * Replaces the definitions of sources. A change of up to some hundred definitions is one transaction. A larger change
 * is written in short transactions, as rows of the next revision. Readers leave these rows out until the last
 * transaction increases the revision. `definition_state` names the change that is being written; other changes wait for
 * it. If its process dies, the next change deletes what it has written.
 */
export class DefinitionReplacer {
  readonly #access: DatabaseAccess;
  /** How long the change of another process may make no step, in milliseconds, until its process counts as dead. */
  readonly #staleAfter: number;
  /** Resolves when the last change of this process has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(access: DatabaseAccess, staleAfter = 10_000) {
    this.#access = access;
    this.#staleAfter = staleAfter;
  }

  replace(request: ReplaceRequest): Promise<ReplaceResult> {
    const result = this.#last.then(() => this.#replace(request));
    this.#last = result.catch(() => {});
    return result;
  }

  async #replace(request: ReplaceRequest): Promise<ReplaceResult> {
    const { source, given, options } = request;
    for (let i = 0; i < mostAttempts; i++) {
      const plan = await compareDefinitions(this.#access.read, source, given, options);
      if ("refused" in plan) {
        if ((await this.#access.read(readRevision)) === plan.revision) return plan.refused;
        continue;
      }
      const { counts, changes } = plan;
      const isDone = options.dryRun === true || changes.length === 0;
      const revision = isDone ? await this.#access.read(readRevision) : await this.#carryOut(plan, request);
      // A comparison with one revision is not valid for another.
      if (revision === plan.revision + Number(!isDone)) return { status: "replaced", changes: counts, revision };
    }
    throw new EventLogError(
      "unavailable",
      "Others kept changing definitions meanwhile, and nothing of this is changed. Try again a little later.",
    );
  }

  /** Returns the new revision, or undefined if another change came first. */
  async #carryOut(plan: Plan, request: ReplaceRequest): Promise<number | undefined> {
    const batches = inSteps(plan.changes, ({ given }) => given?.size ?? 0);
    const isStale = await this.#waitForOthers();
    return batches.length === 1 && !isStale ? this.#atOnce(plan, request) : this.#inSteps(plan, request, batches);
  }

  async #atOnce(plan: Plan, request: ReplaceRequest): Promise<number | undefined> {
    return this.#transaction(async (transaction) => {
      const { revision, writing } = await readState(transaction);
      if (revision !== plan.revision || writing !== null) return undefined;
      const next = revision + 1;
      await transaction.batch([
        { sql: deleteRows, args: [JSON.stringify(plan.changes.flatMap(({ old }) => old ?? []))] },
        { sql: insertRows, args: insertion(plan.changes, request, next) },
        countUp(plan, null),
      ]);
      return next;
    });
  }

  async #inSteps(
    plan: Plan,
    request: ReplaceRequest,
    batches: readonly (readonly Change[])[],
  ): Promise<number | undefined> {
    const id = crypto.randomUUID();
    const next = plan.revision + 1;
    const isOurs = await this.#transaction(async (transaction) => {
      const { revision } = await readState(transaction);
      if (revision !== plan.revision) return false;
      await transaction.execute({ sql: beginWriting, args: [id] });
      return true;
    });
    if (!isOurs) return undefined;
    try {
      await this.#undo(id); // of a process that died
      for (const batch of batches) {
        await this.#step(id, async (transaction) => {
          await transaction.batch([
            { sql: endRows, args: [next, JSON.stringify(batch.flatMap(({ old }) => old ?? []))] },
            { sql: insertRows, args: insertion(batch, request, next) },
          ]);
        });
      }
      await this.#step(id, async (transaction) => {
        await transaction.execute(countUp(plan, id));
      });
    } catch (error) {
      await this.#giveUp(id).catch(() => {}); // the next change undoes it
      throw error;
    }
    await this.#deleteEnded().catch(() => {}); // the next change deletes them
    return next;
  }

  /** Runs one transaction of a change, unless another change has replaced it. */
  async #step<Result>(id: string, work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    await nextTurn();
    return this.#transaction(async (transaction) => {
      const { rowsAffected } = await transaction.execute({ sql: takeStep, args: [id] });
      if (rowsAffected !== 1) {
        throw new EventLogError(
          "unavailable",
          "Another process took this change for dead and changes definitions itself. Nothing of this is changed. Try again.",
        );
      }
      return work(transaction);
    });
  }

  async #undo(id: string): Promise<void> {
    for (const sql of [deleteUncounted, reopenEnded, deleteEnded]) {
      let affected = definitionsPerStep;
      while (affected === definitionsPerStep) {
        affected = await this.#step(id, async (transaction) => (await transaction.execute({ sql })).rowsAffected);
      }
    }
  }

  async #giveUp(id: string): Promise<void> {
    await this.#undo(id);
    await this.#step(id, (transaction) => transaction.execute({ sql: endWriting, args: [id] }));
  }

  async #deleteEnded(): Promise<void> {
    let affected = definitionsPerStep;
    while (affected === definitionsPerStep) {
      await nextTurn();
      affected = await this.#transaction(
        async (transaction) => (await transaction.execute({ sql: deleteEnded })).rowsAffected,
      );
    }
  }

  /** Waits until no other process is writing. Returns true if one has made no step for so long that it must be dead. */
  async #waitForOthers(): Promise<boolean> {
    let seen: string | undefined;
    let since = performance.now();
    for (;;) {
      const { writing, step } = await this.#access.read(readState);
      if (writing === null) return false;
      const now = performance.now();
      if (seen !== `${writing} ${step}`) [seen, since] = [`${writing} ${step}`, now];
      if (now - since > this.#staleAfter) return true;
      await delay(lookEvery);
    }
  }

  #transaction<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    return this.#access.write((writer) => writeTransaction(writer, work));
  }
}

/** The arguments of `insertRows`. */
function insertion(
  changes: readonly Change[],
  { source, given: chunks, now }: ReplaceRequest,
  revision: number,
): InValue[] {
  const decoded = new Map<number, readonly EncodedDefinition[]>();
  const rows = changes.flatMap(({ given, definedAt }) => {
    if (given === undefined) return [];
    const rows = decoded.get(given.chunk) ?? decodeChunk(chunks[given.chunk] ?? new ArrayBuffer(0));
    decoded.set(given.chunk, rows);
    const [name, kind, subjects, hasPolicy, fingerprint, content] = rows[given.row] ?? [];
    return [[name, kind, subjects, hasPolicy ? (definedAt ?? now) : null, fingerprint, content]];
  });
  return [JSON.stringify(rows), encodeText(source), revision, now];
}

/** The statement that makes a change current. */
function countUp({ revision, totals }: Plan, writing: string | null) {
  const args: InValue[] = [revision + 1, totals.definitions, totals.subjects, writing];
  return { sql: countRevision, args };
}

interface State {
  readonly revision: number;
  readonly writing: string | null;
  readonly step: number;
}

async function readState(database: {
  execute(statement: { sql: string }): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}): Promise<State> {
  const { rows } = await database.execute({ sql: "SELECT revision, writing, step FROM definition_state" });
  const { revision, writing, step } = rows[0] ?? {};
  return { revision: Number(revision), writing: writing == null ? null : String(writing), step: Number(step) };
}

const beginWriting = "UPDATE definition_state SET writing = ?1, step = 0";
const takeStep = "UPDATE definition_state SET step = step + 1 WHERE writing = ?1";
const endWriting = "UPDATE definition_state SET writing = NULL WHERE writing = ?1";
const countRevision = `
  UPDATE definition_state SET revision = ?1, definitions = ?2, subjects = ?3, writing = NULL WHERE writing IS ?4`;

const deleteRows = "DELETE FROM definition WHERE id IN (SELECT value FROM json_each(?1))";
const endRows = "UPDATE definition SET to_revision = ?1 WHERE id IN (SELECT value FROM json_each(?2))";

const insertRows = `
  INSERT INTO definition (name, kind, from_revision, source, subjects, changed_at, defined_at, fingerprint, size, content)
  SELECT given.value ->> 0, given.value ->> 1, ?3, ?2, given.value ->> 2, ?4, given.value ->> 3, given.value ->> 4,
    length(given.value ->> 5), given.value ->> 5
  FROM json_each(?1) AS given WHERE true`;

// Statements for the rows of a change that was not completed, for those that it was to end, and for those that no
// reader needs.
const current = "(SELECT revision FROM definition_state)";
const some = (condition: string) =>
  `id IN (SELECT id FROM definition WHERE ${condition} ${current} LIMIT ${definitionsPerStep})`;
const deleteUncounted = `DELETE FROM definition WHERE ${some("from_revision >")}`;
const reopenEnded = `UPDATE definition SET to_revision = NULL WHERE ${some("to_revision >")}`;
const deleteEnded = `DELETE FROM definition WHERE ${some("to_revision <=")}`;
