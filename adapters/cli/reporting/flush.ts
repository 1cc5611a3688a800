import { setTimeout as delay } from "node:timers/promises";
import { Command } from "@commander-js/extra-typings";
import { namedDestination } from "../destination.ts";
import { exitCodeFor, exitCodes } from "../exit-code.ts";
import { examples } from "../log-command.ts";
import { describeFlush, type FlushOptions, type FlushOutcome, flushSpool } from "../spool/flush-spool.ts";
import { spoolRoot } from "../spool/spool-folder.ts";
import { waitingServers } from "../spool/spooled-report.ts";
import { senderOf, serverConnection } from "../with-log.ts";

/** How long to wait for another process that flushes, in milliseconds. */
const longestWait = 60_000;

export const flushCommand = new Command("flush")
  .description(
    "Send the reports that `runless report` and `runless exec` kept while their server was away, oldest first: to the " +
      "server that is named, else to each of those that reports wait for, without a token. Nothing is recorded twice: " +
      "each report has an idempotency key. What a server refuses goes to the folder `refused` beside the others, with " +
      "the reason. Any other command that talks to the server sends them too.",
  )
  .option("--url <url>", "the server (RUNLESS_URL)")
  .option("--token <token>", "the server's token (RUNLESS_TOKEN, which other users of the machine don't see)")
  .option("--old", "also those of more than 6 days ago, which a server that has them may record again")
  .option("--json", "answer as JSON")
  .addHelpText("after", examples("flush", "flush --url http://127.0.0.1:3000 --old"))
  .addHelpText(
    "after",
    `
Exit codes:
  0  nothing waits any more
  1  some were refused, may not be sent with this token, or are too old to be sent without --old
  3  a server is away: the same command may work later`,
  )
  .action(async ({ old, json, ...options }) => {
    const root = spoolRoot();
    const named = namedDestination(options);
    const servers = named?.kind === "server" ? [named] : waitingServers(root).map((url) => ({ url, token: undefined }));
    const results = [];
    for (const server of servers) {
      const { url } = server;
      const connection = serverConnection(server);
      const outcome = await flushWhenFree({ root, url, send: senderOf(connection), includeOld: old === true });
      results.push({ url, ...outcome });
      // The command prints the number of sent reports itself.
      for (const line of describeFlush({ ...outcome, sent: 0 }, url)) console.error(line);
    }
    for (const url of waitingServers(root)) {
      if (!servers.some((server) => server.url === url)) {
        console.error(`runless: reports wait for ${url} too: runless flush --url ${url} sends them`);
      }
    }
    if (json === true) console.log(JSON.stringify({ servers: results.map(formatOutcome) }));
    else if (results.every(isNothing)) console.log("Nothing waits.");
    else
      for (const { url, sent } of results)
        console.log(`Sent ${sent === 1 ? "1 report" : `${sent} reports`} to ${url}.`);
    const codes = results.map(exitCodeOfOutcome);
    process.exitCode = codes.includes(exitCodes.unreachable)
      ? exitCodes.unreachable
      : codes.reduce((worst, code) => Math.max(worst, code), exitCodes.ok);
  });

async function flushWhenFree(options: FlushOptions): Promise<FlushOutcome> {
  const started = performance.now();
  for (;;) {
    const outcome = await flushSpool(options);
    if (!outcome.isBusy || performance.now() - started > longestWait) return outcome;
    await delay(100 + Math.random() * 100); // random, so that two waiting processes do not try at the same moment again
  }
}

function formatOutcome({ url, sent, refused, waiting, old, error }: FlushOutcome & { readonly url: string }) {
  return { url, sent, refused, waiting, old, error: error?.message ?? null };
}

function isNothing({ sent, refused, waiting, old }: FlushOutcome): boolean {
  return sent + refused.length + waiting + old === 0;
}

function exitCodeOfOutcome({ refused, old, error, isBusy }: FlushOutcome): number {
  if (isBusy) return exitCodes.unreachable;
  if (error !== undefined) return exitCodeFor(error);
  return refused.length + old > 0 ? exitCodes.failed : exitCodes.ok;
}
