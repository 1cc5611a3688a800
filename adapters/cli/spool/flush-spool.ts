import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stringifyJson } from "../../../core/json/json.ts";
import type { JsonObject } from "../../../core/json/json-value.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Send } from "../../client/http-sender.ts";
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
  /** Asks the server once: who flushes must not wait for a server that is away. */
  readonly send: Send;
  /** Also reports whose idempotency keys the server may have forgotten, so that one that it has is recorded again. */
  readonly includeOld?: boolean;
  /** Ends the flush before its next request. */
  readonly signal?: AbortSignal | undefined;
}

export interface RefusedReport {
  /** Where it is now. */
  readonly path: string;
  readonly reason: string;
}

/** Counts are of reports. */
export interface FlushOutcome {
  readonly sent: number;
  readonly refused: readonly RefusedReport[];
  /** Those that wait still: because the token may not report them, or behind what ended the flush. */
  readonly waiting: number;
  /** Those that are too old to be sent without being asked for. */
  readonly old: number;
  /** What ended the flush before it was through, or kept some reports from being sent. */
  readonly error: RunlessClientError | undefined;
  /** True where another process is sending them. */
  readonly isBusy: boolean;
}

interface Waiting extends SpooledReport {
  readonly name: string;
}

const day = 86_400_000;
/** A server keeps idempotency keys for 7 days at least; the rest is for clocks that differ. */
const oldAfter = 6 * day;
// Of one request. A server takes 10,000 events and 4 MiB unless it is told otherwise.
const mostReports = 100;
const mostBytes = 2 ** 20;

/**
 * Sends the reports that wait for a server, oldest first, each under its idempotency keys, so that it does not matter
 * where an earlier flush was cut off. A report leaves the spool after its answer. Sets those aside that the server
 * refuses for what they say; any other failure leaves them where they are. Removes what killed processes have left.
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

/** One pass over a server's folder. */
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

  /** The report to send, if it is one. */
  #examine(name: string, text: string): Waiting | undefined {
    const report = parseSpooled(text);
    if (report === undefined) {
      this.#refuse(name, undefined, "It is no report that this version of runless can read.");
      return undefined;
    }
    // Long addresses may share a folder.
    if (report.url !== this.#options.url) return undefined;
    if (this.#options.includeOld !== true && isOld(report)) {
      this.#old++;
      return undefined;
    }
    return { ...report, name };
  }

  /** Sends reports as one, which are refused together: then one by one. False ends the flush. */
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

  /** Decides what becomes of a report that was refused for itself. False ends the flush. */
  async #settle(report: Waiting, error: RunlessClientError): Promise<boolean> {
    if (error.code === "forbidden") {
      // Not this token's to report. Those behind it may be.
      this.#error ??= error;
      return true;
    }
    if (error.code !== "conflict" || !report.triedWithoutTime) return this.#refuse(report.name, report, error.message);
    // The server has its key already: most likely from the first try, whose answer was lost.
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

  /** Moves a report to the refused ones, with the reason in it where there is room for that. */
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
      return false; // the disk is full, say: moving takes no room
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

/** Either way: a clock that was a year ahead must not make a report young for a year. */
function isOld({ keptAt }: SpooledReport): boolean {
  return !(Math.abs(Date.now() - keptAt) <= oldAfter);
}

/** Whether the answer says that these events can't be recorded, whoever sends them and whenever. */
function isAboutContent({ code, isRunless }: RunlessClientError): boolean {
  // A proxy that says 400 may mean the connection; one that says 413 means the body, as runless does.
  return code === "too_large" || (isRunless && (code === "bad_request" || code === "conflict"));
}
