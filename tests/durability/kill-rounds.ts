import { randomInt } from "node:crypto";
import { join } from "node:path";
import { runCli } from "../adapters/cli/run-cli.ts";
import { sendRaw } from "../raw-http.ts";
import { type Runtime, startServer, temporaryFolder } from "../server.ts";
import { reportUntilClosed } from "./load.ts";
import { type Recount, recount } from "./recount.ts";
import { distinctReports, type Report } from "./reports.ts";

export interface KillResult {
  readonly acknowledged: number;
  /** Acknowledged, and not found after the restart. */
  readonly lost: number;
  /** Found more than once, acknowledged or not. */
  readonly repeated: number;
  /** Anything else that no log may show, as sentences. */
  readonly problems: readonly string[];
}

export interface KillOptions {
  readonly rounds: number;
  readonly runtime: Runtime;
  readonly onRound?: (round: number, soFar: KillResult) => void;
}

const connections = 16;
const mostAcknowledgementsARound = 400;
/** So many acknowledged reports are sent again after each restart: their keys must outlive a kill as well. */
const repeatsARound = 8;

/**
 * Kills a server mid-load, lets the doctor recount what it left, starts it again on the same file and looks for what it
 * had acknowledged; all that `rounds` times.
 */
export async function killRounds({ rounds, runtime, onRound }: KillOptions): Promise<KillResult> {
  const databaseUrl = `file:${join(temporaryFolder(), "killed.db")}`;
  const acknowledged = new Set<string>();
  const problems: string[] = [];
  let lost = 0;
  let repeated = 0;
  let lastId = 0;
  let fresh: ReadonlySet<string> = new Set();
  let toRepeat: readonly Report[] = [];
  const result = (): KillResult => ({ acknowledged: acknowledged.size, lost, repeated, problems });

  for (let round = 0; round <= rounds; round++) {
    const server = await startServer(runtime, { databaseUrl });
    try {
      const repeats = await sendAgain(server.port, toRepeat);
      problems.push(...repeats.problems);
      const expected = new Set([...fresh, ...repeats.acknowledged]);
      for (const uid of expected) acknowledged.add(uid);
      const last = round === rounds;
      const events = await recount(server.url, last ? 0 : lastId);
      problems.push(...events.problems);
      const verdict = compare(events, last ? acknowledged : expected);
      // The last count is of the whole file: it finds again what the rounds found, and is not added to it.
      lost = last ? Math.max(lost, verdict.lost) : lost + verdict.lost;
      repeated = last ? Math.max(repeated, verdict.repeated) : repeated + verdict.repeated;
      if (round > 0) onRound?.(round, result());
      if (last) break;
      lastId = events.lastId;

      const killAt = 1 + randomInt(mostAcknowledgementsARound);
      const outcome = await reportUntilClosed(server.port, {
        connections,
        reports: distinctReports(`${runtime}-${round}`),
        onAcknowledged: (count) => {
          if (count === killAt) server.process.kill("SIGKILL");
        },
      });
      for (const { answer } of outcome.refused) problems.push(`A report was answered ${answer.status}: ${answer.body}`);
      fresh = new Set(outcome.acknowledged.map(({ uid }) => uid));
      const repeatable = outcome.acknowledged.filter((report) => report.repeatable).slice(-repeatsARound);
      const open = outcome.unanswered.map(({ report }) => report).filter((report) => report.repeatable);
      toRepeat = [...repeatable, ...open];
      await server.ended;
      problems.push(...(await examine(databaseUrl)));
    } finally {
      await server.stop("SIGKILL");
    }
  }
  return result();
}

/** What the doctor finds wrong. A process of its own, since the driver keeps what it has opened until its process ends. */
async function examine(databaseUrl: string): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runCli(["doctor", "--json"], {
    env: { RUNLESS_DATABASE_URL: databaseUrl },
  });
  if (exitCode === 0 && JSON.parse(stdout).summaries.recounted > 0) return [];
  return [`The doctor ended with ${exitCode}: ${stdout}${stderr}`];
}

async function sendAgain(port: number, reports: readonly Report[]) {
  const acknowledged = new Set<string>();
  const problems: string[] = [];
  for (const { uid, request } of reports) {
    const { status, body } = await sendRaw(port, request);
    if (status === 200) acknowledged.add(uid);
    else problems.push(`A repeated report was answered ${status}: ${body}`);
  }
  return { acknowledged, problems };
}

function compare({ found }: Recount, expected: ReadonlySet<string>): { lost: number; repeated: number } {
  let lost = 0;
  for (const uid of expected) if (!found.has(uid)) lost++;
  let repeated = 0;
  for (const count of found.values()) if (count > 1) repeated++;
  return { lost, repeated };
}
