import Database from "libsql";
import {
  type HranaCondition,
  HranaError,
  type HranaRequest,
  type HranaStatement,
  type HranaStep,
  type HranaValue,
  type StatementResult,
} from "./hrana-types.ts";
import { needsWriteLock } from "./statement-kind.ts";
import type { WriteQueue } from "./write-queue.ts";

/** sqld's default: no text, blob or row is larger, no argument either. */
const mostBytes = 5_000_000;

/** A request that the protocol does not allow: sqld answers the whole HTTP request with 400. */
export class ProtocolError extends Error {}

/** A Hrana stream: a connection with its transaction, and the SQL texts that the client stored. */
export class HranaStream {
  readonly #database: Database.Database;
  readonly #queue: WriteQueue;
  readonly #version: number;
  readonly #texts = new Map<number, string>();
  #writes = false;
  #timedOut = false;

  constructor(database: Database.Database, queue: WriteQueue, version: number) {
    this.#database = database;
    this.#queue = queue;
    this.#version = version;
  }

  async handle(request: HranaRequest): Promise<object> {
    switch (request.type) {
      case "close":
        this.close();
        return {};
      case "execute":
        return { result: await this.#program(() => this.#execute(request.stmt)) };
      case "batch":
        return { result: await this.#program(() => this.#batch(request.batch.steps)) };
      case "sequence":
        return this.#program(() => this.#sequence(this.#textOf(request)));
      case "describe":
        return { result: this.#describe(this.#textOf(request)) };
      case "store_sql":
        if (this.#texts.has(request.sql_id)) throw new ProtocolError("SQL text is stored already");
        if (request.sql.length > 5000) throw new HranaError("SQL_STORE_TOO_LARGE", "The statement is too large");
        this.#texts.set(request.sql_id, request.sql);
        return {};
      case "close_sql":
        this.#texts.delete(request.sql_id);
        return {};
      case "get_autocommit":
        if (this.#version < 3) throw new ProtocolError("get_autocommit needs version 3");
        return { is_autocommit: !this.#database.inTransaction };
    }
  }

  /** Rolls back what was not committed. */
  close(): void {
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
    this.#settle();
  }

  /** What comes after a timeout fails, to the end of its program; after that the stream is as good as new. */
  async #program<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      this.#timedOut = false;
    }
  }

  async #execute(statement: HranaStatement): Promise<StatementResult> {
    const sql = this.#textOf(statement);
    const args = argsOf(statement);
    await this.#enter(sql);
    try {
      return run(this.#database, sql, args, statement.want_rows ?? true);
    } finally {
      this.#settle();
    }
  }

  async #batch(steps: readonly HranaStep[]) {
    const results: (StatementResult | null)[] = [];
    const errors: ({ readonly message: string; readonly code: string } | null)[] = [];
    const holds = (condition: HranaCondition): boolean => {
      switch (condition.type) {
        case "ok":
          return results[condition.step] != null;
        case "error":
          return errors[condition.step] != null;
        case "not":
          return !holds(condition.cond);
        case "and":
          return condition.conds.every(holds);
        case "or":
          return condition.conds.some(holds);
        case "is_autocommit":
          if (this.#version < 3) throw new ProtocolError("is_autocommit needs version 3");
          return !this.#database.inTransaction;
      }
    };
    for (const { stmt, condition } of steps) {
      let result: StatementResult | null = null;
      let error: { readonly message: string; readonly code: string } | null = null;
      if (condition == null || holds(condition)) {
        try {
          result = await this.#execute(stmt);
        } catch (thrown) {
          if (!(thrown instanceof HranaError)) throw thrown;
          error = { message: thrown.message, code: thrown.code };
        }
      }
      results.push(result);
      errors.push(error);
    }
    return { step_results: results, step_errors: errors };
  }

  async #sequence(sql: string): Promise<object> {
    // A script is run whole: every one that writes here begins with a statement that does.
    await this.#enter(sql);
    try {
      this.#database.exec(sql);
      return {};
    } catch (error) {
      throw asHranaError(error);
    } finally {
      this.#settle();
    }
  }

  #describe(sql: string): object {
    const isReadonly = !needsWriteLock(sql);
    const statement = prepare(this.#database, sql);
    const columns = statement.reader ? statement.columns() : [];
    const cols = columns.map(({ name, type }) => ({ name, decltype: type }));
    return { params: [], cols, is_explain: /^\s*explain/i.test(sql), is_readonly: isReadonly };
  }

  /** Before the lock is asked for: who fails with it in hand would keep it, without a transaction to time out. */
  async #enter(sql: string): Promise<void> {
    const writes = needsWriteLock(sql);
    if (this.#timedOut) throw new HranaError("TRANSACTION_TIMEOUT", "Transaction timed out");
    if (writes) await this.#lock();
  }

  async #lock(): Promise<void> {
    if (this.#writes) return;
    await this.#queue.acquire(() => {
      this.#database.exec("ROLLBACK");
      this.#writes = false;
      this.#timedOut = true;
    });
    this.#writes = true;
  }

  /** Lets go of the write lock where the transaction is over, or there was none. */
  #settle(): void {
    if (!this.#writes || this.#database.inTransaction) return;
    this.#writes = false;
    this.#queue.release();
  }

  #textOf({ sql, sql_id: id }: { readonly sql?: string; readonly sql_id?: number }): string {
    const text = sql ?? this.#texts.get(id ?? Number.NaN);
    if (text === undefined) throw new ProtocolError("SQL text was not given, or not stored");
    return text;
  }
}

type Argument = null | bigint | number | string | Buffer;

function argsOf({ args = [], named_args: named = [] }: HranaStatement): Argument[] | Record<string, Argument> {
  if (named.length === 0) return args.map(toSqlite);
  return Object.fromEntries(named.map(({ name, value }) => [name.replace(/^[:@$]/, ""), toSqlite(value)]));
}

function toSqlite(value: HranaValue): Argument {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return BigInt(value.value);
    case "float":
      return value.value;
    case "text":
      return fitPage(value.value);
    case "blob":
      return fitPage(Buffer.from(value.base64, "base64"));
  }
}

function fitPage<Value extends string | Buffer>(value: Value): Value {
  if (Buffer.byteLength(value) <= mostBytes) return value;
  throw new HranaError("ARGS_INVALID", "Arguments do not match SQL parameters: string or blob too big");
}

function fromSqlite(value: unknown): HranaValue {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return {
    type: "blob",
    base64: Buffer.from(value as Uint8Array)
      .toString("base64")
      .replaceAll("=", ""),
  }; // all there is left
}

function run(
  database: Database.Database,
  sql: string,
  args: Argument[] | Record<string, Argument>,
  wantRows: boolean,
): StatementResult {
  const statement = prepare(database, sql).safeIntegers(true);
  try {
    if (!statement.reader) {
      const { changes, lastInsertRowid } = statement.run(args);
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
    }
    const cols = statement.columns().map(({ name, type }) => ({ name, decltype: type }));
    const rows = statement.raw(true).all(args) as unknown[][];
    const values = wantRows ? rows.map((row) => row.map(fromSqlite)) : [];
    return { cols, rows: values, affected_row_count: 0, last_insert_rowid: null };
  } catch (error) {
    throw asHranaError(error);
  }
}

function prepare(database: Database.Database, sql: string): Database.Statement {
  try {
    return database.prepare(sql);
  } catch (error) {
    const { message } = asHranaError(error);
    throw new HranaError("SQL_INPUT_ERROR", message.replace("SQLite error", "SQL input error"));
  }
}

/** With the codes that sqld gives: the base codes of SQLite, except the plain SQLITE_ERROR. */
function asHranaError(error: unknown): HranaError {
  if (!(error instanceof Database.SqliteError)) throw error;
  const [base = error.code] = /^SQLITE_[A-Z]+/.exec(error.code) ?? [];
  return new HranaError(base === "SQLITE_ERROR" ? "SQLITE_UNKNOWN" : base, `SQLite error: ${error.message}`);
}
