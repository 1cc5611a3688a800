import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringifyJson } from "../../../core/json/json.ts";
import type { JsonObject } from "../../../core/json/json-value.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Send } from "../../client/http-sender.ts";
import { printable } from "../../config/printable.ts";
import { sentenceOf } from "../exit-code.ts";
import { takeFlushLock } from "./flush-lock.ts";
import { removeDrafts, writeDurably } from "./keep-report.ts";
import {
  makeFolder,
  namesIn,
  readIfThere,
  refusedFolderName,
  serverFolder,
  syncFolder,
  waitingNames,
} from "./spool-folder.ts";
import { parseSpooled, type SpooledReport, withoutTimes } from "./spooled-report.ts";

export interface FlushOptions {
  readonly root: string;
  readonly url: string;
  /** Sends once: a flush must not wait for a server that is away. */
  readonly send: Send;
  /** Whether to send reports whose idempotency keys the server may have forgotten. It may record them again. */
  readonly includeOld?: boolean;
  /** Ends the flush before its next request. */
  readonly signal?: AbortSignal | undefined;
}

interface RefusedReport {
  /** The path of its file. */
  readonly path: string;
  readonly reason: string;
}

/** Counts are of reports. */
export interface FlushOutcome {
  readonly sent: number;
  readonly refused: readonly RefusedReport[];
  /** Reports that still wait, because the token may not report them, or because the flush ended before them. */
  readonly waiting: number;
  /** Reports that are only sent with `includeOld`. */
  readonly old: number;
  /** The error that ended the flush, or kept some reports from being sent. */
  readonly error: RunlessClientError | undefined;
  /** Whether another process is sending them. */
  readonly isBusy: boolean;
}

interface Waiting extends SpooledReport {
  readonly name: string;
}

const day = 86_400_000;
/** A server keeps idempotency keys for at least 7 days. The difference allows for clocks that differ. */
const oldAfter = 6 * day;
// The limits of one request. The default limits of a server are 10,000 events and 4 MiB.
const mostReports = 100;
const mostBytes = 2 ** 20;

/**
 * Sends the reports that wait for a server, oldest first. Their idempotency keys make it safe to repeat a flush that was
 * interrupted. A report leaves the spool after its answer. A report that the server refuses for its content is moved to
 * the folder of refused reports; any other failure leaves it in the spool. Drafts of killed processes are removed.
 */
export async function flushSpool(options: FlushOptions): Promise<FlushOutcome> {
  const folder = serverFolder(options.root, options.url);
  const nothing = { sent: 0, refused: [], waiting: 0, old: 0, error: undefined, isBusy: false };
  if (!namesIn(folder).some((name) => name !== refusedFolderName)) return nothing;
  const release = takeFlushLock(folder);
  if (release === undefined) {
    const waiting = waitingNames(folder).length;
    return { ...nothing, waiting, isBusy: waiting > 0 };
  }
  try {
    removeDrafts(folder);
    removeDrafts(join(folder, refusedFolderName));
    return await new Flush(folder, options).run();
  } finally {
    release();
  }
}

/** One pass over the folder of a server. */
class Flush {
  readonly #folder: string;
  readonly #options: FlushOptions;
  #sent = 0;
  #old = 0;
  #error: RunlessClientError | undefined;
  readonly #refused: RefusedReport[] = [];

  constructor(folder: string, options: FlushOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async run(): Promise<FlushOutcome> {
    const names = waitingNames(this.#folder);
    let isOver = false;
    for (let next = 0; next < names.length && !isOver; ) {
      const group: Waiting[] = [];
      for (let bytes = 0; next < names.length && group.length < mostReports && bytes < mostBytes; next++) {
        const text = readIfThere(join(this.#folder, names[next] ?? ""));
        if (text === undefined) continue;
        const report = this.#examine(names[next] ?? "", text);
        if (report === undefined) continue;
        group.push(report);
        bytes += text.length;
      }
      isOver = this.#options.signal?.aborted === true || !(await this.#sendGroup(group));
    }
    if (this.#sent > 0) syncFolder(this.#folder);
    const waiting = waitingNames(this.#folder).length - this.#old;
    const rest = { refused: this.#refused, old: this.#old, error: this.#error };
    return { sent: this.#sent, waiting: Math.max(0, waiting), ...rest, isBusy: false };
  }

  /** Reads a report. Returns undefined if it is not to be sent. */
  #examine(name: string, text: string): Waiting | undefined {
    const report = parseSpooled(text);
    if (report === undefined) {
      this.#refuse(name, undefined, "It is no report that this version of runless can read.");
      return undefined;
    }
    // Servers with long addresses may share a folder.
    if (report.url !== this.#options.url) return undefined;
    if (this.#options.includeOld !== true && isOld(report)) {
      this.#old++;
      return undefined;
    }
    return { ...report, name };
  }

  /** Sends reports in one request, and one by one if that is refused. Resolves with false to end the flush. */
  async #sendGroup(group: readonly Waiting[]): Promise<boolean> {
    if (group.length === 0) return true;
    try {
      await this.#post(group.flatMap(({ events }) => events));
      for (const { name } of group) this.#remove(name);
      this.#sent += group.length;
      return true;
    } catch (error) {
      if (!(error instanceof RunlessClientError)) throw error;
      const [only] = group;
      if (!isAboutContent(error) && error.code !== "forbidden") return this.#end(error);
      if (only !== undefined && group.length === 1) return this.#settle(only, error);
    }
    for (const report of group) {
      if (this.#options.signal?.aborted === true || !(await this.#sendGroup([report]))) return false;
    }
    return true;
  }

  /** Handles a report that was refused by itself. Resolves with false to end the flush. */
  async #settle(report: Waiting, error: RunlessClientError): Promise<boolean> {
    if (error.code === "forbidden") {
      // The token may not report this one. It may report later ones.
      this.#error ??= error;
      return true;
    }
    if (error.code !== "conflict" || !report.triedWithoutTime) return this.#refuse(report.name, report, error.message);
    // The server knows the key, most likely from the first attempt, whose answer was lost.
    try {
      await this.#post(withoutTimes(report.events));
    } catch (second) {
      if (!(second instanceof RunlessClientError)) throw second;
      if (second.code !== "conflict") return this.#end(second);
      return this.#refuse(report.name, report, error.message);
    }
    this.#remove(report.name);
    this.#sent++;
    return true;
  }

  async #post(events: readonly JsonObject[]): Promise<void> {
    const body = `[${events.map(stringifyJson).join(",")}]`;
    const { signal } = this.#options;
    readAnswer(answers.reportedAll, await this.#options.send({ method: "POST", path: "events", body, signal }));
  }

  /** Moves a report to the refused ones, and adds the reason if the disk has space for it. */
  #refuse(name: string, report: SpooledReport | undefined, reason: string): true {
    const refused = join(this.#folder, refusedFolderName);
    makeFolder(refused);
    const from = join(this.#folder, name);
    const path = join(refused, name);
    this.#refused.push({ path, reason });
    if (report !== undefined && this.#rewrite(refused, name, report, reason)) this.#remove(name);
    else renameSync(from, path);
    syncFolder(refused);
    syncFolder(this.#folder);
    return true;
  }

  #rewrite(refused: string, name: string, { url, keptAt, events }: SpooledReport, reason: string): boolean {
    const why = { refused: reason, url, kept_at: new Date(keptAt).toISOString() };
    try {
      writeDurably(refused, name, `${stringifyJson({ ...why, events })}\n`);
      return true;
    } catch {
      return false; // for example, the disk is full: moving the file needs no space
    }
  }

  #remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
  }

  #end(error: RunlessClientError): false {
    this.#error = error;
    return false;
  }
}

/** Counts a future time as old: a report kept by a clock a year ahead must not be young for a year. */
function isOld({ keptAt }: SpooledReport): boolean {
  return !(Math.abs(Date.now() - keptAt) <= oldAfter);
}

/** Whether the error is about the content of the events, so that sending them again can't help. */
function isAboutContent({ code, isRunless }: RunlessClientError): boolean {
  // A 400 of a proxy may be about the connection. A 413 is about the body in any case.
  return code === "too_large" || (isRunless && (code === "bad_request" || code === "conflict"));
}

/** Describes the outcome of a flush in lines. Empty if there was nothing to send. */
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
