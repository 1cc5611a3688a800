import { HranaError } from "./hrana-types.ts";

// As sqld sorts statements: it parses them all, and refuses what could change a connection that others will use.
const reads = /^(select|values|with\b(?!.*\b(insert|update|delete|replace)\b)|explain)\b/is;
const writes = /^(insert|replace|update|delete|with|create(?! temp)|drop|alter)\b/is;
const transactions = /^(begin|commit|end|rollback|savepoint|release)\b/i;
const readPragmas = /^pragma (table_list|index_list|table_info|table_xinfo|index_xinfo|compile_options|encoding)\b/i;
const writePragmas =
  /^pragma (foreign_keys|defer_foreign_keys|foreign_key_list|foreign_key_check|data_version|freelist_count|integrity_check|page_count|quick_check|user_version)\b/i;
const bareWritePragmas =
  /^pragma (auto_vacuum|journal_mode|synchronous|page_size|query_only|wal_autocheckpoint|cache_size|busy_timeout)\s*;?$/i;

/** Whether a statement needs the write lock. Throws for those that sqld does not take. */
export function needsWriteLock(sql: string): boolean {
  const text = sql.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)+/s, "").trim();
  if (reads.test(text) || readPragmas.test(text)) return false;
  if (transactions.test(text)) return /^begin\s+(immediate|exclusive)/i.test(text);
  if (writes.test(text) || writePragmas.test(text) || bareWritePragmas.test(text)) return true;
  if (text === "") throw new HranaError("SQL_NO_STATEMENT", "SQL string does not contain any statement");
  throw new HranaError("SQL_PARSE_ERROR", `SQL string could not be parsed: unsupported statement: ${text}`);
}
