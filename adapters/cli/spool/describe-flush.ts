import { printable } from "../../config/printable.ts";
import { sentenceOf } from "../exit-code.ts";
import type { FlushOutcome } from "./flush-spool.ts";

/** What came of a flush, a line each. Empty where there was nothing to send. */
export function describeFlush({ sent, refused, waiting, old, error, isBusy }: FlushOutcome, url: string): string[] {
  const lines: string[] = [];
  if (sent > 0) lines.push(`runless: sent ${reports(sent)} that waited for ${url}`);
  for (const { path, reason } of refused) {
    lines.push(`runless: a report that waited for ${url} was refused, and is kept in ${path}: ${printable(reason)}`);
  }
  if (isBusy) lines.push(`runless: another runless is sending what waits for ${url}`);
  else if (error !== undefined) lines.push(`runless: ${still(waiting)} for ${url}: ${printable(sentenceOf(error))}`);
  if (old > 0) {
    const why = "so that the server may have forgotten their idempotency keys, and record again what it has";
    lines.push(
      `runless: ${reports(old)} for ${url} wait for more than 6 days, ${why}: runless flush --old --url ${url} sends them`,
    );
  }
  return lines;
}

function reports(count: number): string {
  return count === 1 ? "1 report" : `${count} reports`;
}

function still(count: number): string {
  return count === 1 ? "1 report is still waiting" : `${count} reports are still waiting`;
}
