import { Database } from "bun:sqlite";
import { join } from "node:path";
import { type ReportFate, startCuttingProxy } from "../../external/cutting-proxy.ts";
import { DagsterInstance } from "../../external/dagster-instance.ts";
import { hookTo, type ReceivedMessage, ReceiverProcess, Serving, until } from "./serving.ts";

export interface SoakOptions {
  readonly folder: string;
  readonly minutes: number;
  /** Between two faults that end a process or lock the database, in seconds. */
  readonly pause: number;
  readonly withDagster: boolean;
}

const faultShare = 0.2;
const assets = 12;
/** Dagster on SQLite takes 5 to 14 events a second. */
const everyForDagster = 400;
/** Failures make a destination wait, so that it gets some ten messages a second. */
const everyForHook = 120;

/**
 * Two servers on one database, one of them with a file of destinations; a receiver, and a real Dagster if asked for.
 * Answers are cut, delayed, doubled, 500 and 503; processes are killed, and the database is locked by another one.
 * Returns what is wrong, in sentences.
 */
export async function soak({ folder, minutes, pause, withDagster }: SoakOptions): Promise<readonly string[]> {
  const receiver = await ReceiverProcess.start(folder, faultShare);
  const dagster = withDagster ? await DagsterInstance.start() : undefined;
  const proxy = dagster === undefined ? undefined : await startCuttingProxy(dagster.url, fateOf);
  const forward = { name: "dagster", type: "dagster", url: proxy?.url, allow_private: true, where: { prefix: "d" } };
  const destinations = [hookTo(receiver.port, { where: { prefix: "h" } }), ...(proxy === undefined ? [] : [forward])];
  const sending = await Serving.start(folder, destinations);
  const plain = await Serving.start(folder);
  const { log_id: logId } = await plain.json<{ readonly log_id: string }>("/api/v1/log");
  let isOver = false;
  let acknowledged = 0;
  const keepReporting = async (prefix: string, every: number) => {
    for (let i = 0; !isOver; i++) {
      if (await (i % 2 === 0 ? sending : plain).report(`${prefix}/${i % assets}`)) acknowledged++;
      await sleep(every);
    }
  };
  // Waits after failures grow to minutes; an operator who resumes ends them.
  const keepResuming = async () => {
    while (!isOver) {
      await sleep(3000);
      await plain.ask("/api/v1/destinations/hook/resume", { method: "POST" });
    }
  };
  const faults = [
    async () => {
      await sending.stop("SIGKILL");
      await sending.restart();
    },
    async () => {
      await receiver.kill();
      await sleep(1000 * Math.random());
      await receiver.restart();
    },
    () => lock(join(folder, "runless.db"), 3000),
    ...(dagster === undefined
      ? []
      : [
          async () => {
            await dagster.killServer();
            await dagster.startServer();
          },
        ]),
  ];
  const reporting = [keepReporting("h", everyForHook), ...(withDagster ? [keepReporting("d", everyForDagster)] : [])];
  const resuming = keepResuming();
  const end = performance.now() + minutes * 60_000;
  let done = 0;
  for (; performance.now() < end; done++) {
    await sleep(pause * 1000);
    await faults[done % faults.length]?.();
  }
  isOver = true;
  await Promise.all(reporting);
  await resuming;
  isOver = false;
  const nudging = keepResuming();
  const expected = await eventsOf(plain, "h");
  const forwarded = withDagster ? await eventsOf(plain, "d") : [];
  const distinct = (messages: readonly ReceivedMessage[]) => new Set(messages.map(({ event }) => event)).size;
  await drained(() => distinct(receiver.received()), expected.length);
  const marks = () => (dagster?.marks() ?? []).filter((mark) => mark.startsWith(`${logId}/`));
  await drained(() => new Set(marks()).size, forwarded.length);
  isOver = true;
  await nudging;
  const received = receiver.received();
  const repeated = received.length - distinct(received);
  console.log(
    `${minutes} min, ${done} faults besides ${faultShare * 100} % of the answers: ${acknowledged} reports acknowledged, ` +
      `${expected.length} events for the webhook, ${distinct(received)} arrived, ${repeated} of them again` +
      (dagster === undefined ? "" : `; ${forwarded.length} for Dagster, which has ${marks().length}`),
  );
  const lacking = acknowledged - expected.length - forwarded.length;
  const problems = [
    ...(lacking > 0 ? [`${lacking} acknowledged reports are not in the log.`] : []),
    ...judgeHook(received, expected),
    ...judgeDagster(marks(), forwarded),
  ];
  await Promise.all([sending.stop(), plain.stop(), receiver.kill(), dagster?.stop()]);
  proxy?.stop();
  return problems;
}

/** Waits until all have arrived, or none did for two minutes. */
async function drained(count: () => number, expected: number): Promise<void> {
  for (let before = -1; before < count() && count() < expected; ) {
    before = count();
    await until(() => count() >= expected || count() > before, 120, "nothing more arrives.").catch(() => {});
  }
}

function fateOf(): ReportFate {
  if (Math.random() >= faultShare) return "whole";
  return Math.random() < 0.5 ? "before" : "after";
}

function judgeHook(received: readonly ReceivedMessage[], expected: readonly number[]): readonly string[] {
  const ids = new Map<number, Set<string>>();
  const newest = new Map<string, number>();
  const problems: string[] = [];
  for (const { event, message, asset } of received) {
    const isFirst = !ids.has(event);
    ids.set(event, (ids.get(event) ?? new Set()).add(message));
    if (isFirst && event < (newest.get(asset) ?? 0))
      problems.push(`event ${event} of ${asset} came after a later one.`);
    newest.set(asset, Math.max(event, newest.get(asset) ?? 0));
  }
  const lost = expected.filter((id) => !ids.has(id));
  if (lost.length > 0) problems.push(`${lost.length} events never arrived, as ${lost.slice(0, 5)}.`);
  const torn = [...ids].filter(([, found]) => found.size > 1);
  if (torn.length > 0) problems.push(`${torn.length} events came under several ids.`);
  return problems;
}

function judgeDagster(marks: readonly string[], expected: readonly number[]): readonly string[] {
  const ids = marks.map((mark) => Number(mark.split("/")[1]));
  const found = new Set(ids);
  const lost = expected.filter((id) => !found.has(id));
  const repeated = ids.length - found.size;
  return [
    ...(lost.length > 0 ? [`Dagster lacks ${lost.length} events, as ${lost.slice(0, 5)}.`] : []),
    ...(repeated > 0 ? [`Dagster has ${repeated} events twice.`] : []),
  ];
}

interface EventsPage {
  readonly events: readonly { readonly id: number }[];
  readonly cursor: string | null;
  readonly has_more: boolean;
}

/** The ids of all events below a prefix, from the log itself: of a report whose answer was cut nobody else knows. */
async function eventsOf(server: Serving, prefix: string): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let cursor = ""; ; ) {
    const rest = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await server.json<EventsPage>(`/api/v1/events?prefix=${prefix}&limit=1000${rest}`);
    for (const { id } of page.events) ids.push(id);
    if (!page.has_more || page.cursor === null) return ids;
    cursor = encodeURIComponent(page.cursor);
  }
}

async function lock(file: string, milliseconds: number): Promise<void> {
  const database = new Database(file);
  database.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
  await sleep(milliseconds);
  database.exec("ROLLBACK");
  database.close();
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
