// The part of Hrana over HTTP (JSON, versions 2 and 3) that the stand-in speaks.

export type HranaValue =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "blob"; readonly base64: string };

export interface HranaStatement {
  readonly sql?: string;
  readonly sql_id?: number;
  readonly args?: readonly HranaValue[];
  readonly named_args?: readonly { readonly name: string; readonly value: HranaValue }[];
  readonly want_rows?: boolean;
}

export type HranaCondition =
  | { readonly type: "ok" | "error"; readonly step: number }
  | { readonly type: "not"; readonly cond: HranaCondition }
  | { readonly type: "and" | "or"; readonly conds: readonly HranaCondition[] }
  | { readonly type: "is_autocommit" };

export interface HranaStep {
  readonly stmt: HranaStatement;
  readonly condition?: HranaCondition | null;
}

export type HranaRequest =
  | { readonly type: "close" | "get_autocommit" }
  | { readonly type: "execute"; readonly stmt: HranaStatement }
  | { readonly type: "batch"; readonly batch: { readonly steps: readonly HranaStep[] } }
  | { readonly type: "sequence" | "describe"; readonly sql?: string; readonly sql_id?: number }
  | { readonly type: "store_sql"; readonly sql_id: number; readonly sql: string }
  | { readonly type: "close_sql"; readonly sql_id: number };

export interface PipelineRequest {
  readonly baton?: string | null;
  readonly requests: readonly HranaRequest[];
}

export interface StatementResult {
  readonly cols: readonly { readonly name: string; readonly decltype: string | null }[];
  readonly rows: readonly (readonly HranaValue[])[];
  readonly affected_row_count: number;
  readonly last_insert_rowid: string | null;
}

/** What a statement failed with; the client sees `message` and `code`. */
export class HranaError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
