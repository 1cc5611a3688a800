import type { BaseIssue } from "valibot";
import type { ParsedText, Path } from "./definitions-text.ts";

/** An error at a path of a document. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** By field name: what to write if the field is missing. */
const missing: Readonly<Record<string, string>> = {
  assets: "write assets: and a list of definitions below it",
  fail_window: "write the age from which on it fails, as 24h",
  deadline_cron: 'write when it is due, as "0 6 * * 1-5"',
  lower_bound_delta: "write how long before its deadline a report may come, as 6h",
  start: "write when the first window starts, as 2026-01-01",
  cron: 'write when windows start, as "0 6 * * *"',
  keys: "write a list of keys",
};

/** Turns an issue of valibot into a sentence that says what to write. */
export function problemOf(issue: BaseIssue<unknown>, { sourceOf }: ParsedText, within: Path): Problem {
  const path = [...within, ...(issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)))];
  const name = path.at(-1) ?? "";
  const { input, message } = issue;
  if (issue.type === "strict_object" && issue.expected === "never") {
    return { path, message: `there is no field ${name} here: leave it out, or correct its name` };
  }
  if (input === undefined) return { path, message: `${name} is missing: ${missing[name] ?? message}` };
  const kind = typeof input;
  if ((kind === "number" || kind === "boolean") && isOfText(issue)) {
    return { path, message: `${sourceOf(path) ?? String(input)} is a ${kind}, quote it: ${message}` };
  }
  return { path, message };
}

function isOfText({ type, message }: BaseIssue<unknown>): boolean {
  return type === "string" || type === "raw_check" || /^write a (?:key|prefix) /.test(message);
}
