import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import * as v from "valibot";
import { safelyParseJson } from "../../../core/json/json.ts";
import type { RunlessClientError } from "../../client/client-error.ts";
import { randomKey, retry, wait } from "../../client/retry.ts";
import { CommandError, exitCodes, sentenceOf } from "../exit-code.ts";
import { createOption, examples, logCommand } from "../log-command.ts";
import { type OpenLog, textOf, withLog } from "../with-log.ts";
import { decompressed } from "./decompress.ts";
import { keyedLines, wholeLines } from "./import-lines.ts";
import { type Progress, progressBar } from "./progress-bar.ts";

const countsSchema = v.object({
  received: v.number(),
  recorded: v.number(),
  duplicates: v.number(),
  failed: v.number(),
  skipped: v.number(),
  errors: v.array(v.object({ line: v.number(), error: v.string() })),
});
const allFailedSchema = v.strictObject({ error: v.string(), ...countsSchema.entries });
type Counts = v.InferOutput<typeof countsSchema>;

const mostErrors = 100;
// About a minute, in which a restarted server is ready again.
const retryPolicy = { retries: 16, wait, random: Math.random };

export const importCommand = logCommand("import")
  .description(
    "Record lines of JSON, as `runless export` writes them, compressed by gzip or zstd or not. Lines are independent. One with an idempotency_key, as " +
      "every exported line has, is recorded once however often it is imported; one without is recorded again by every " +
      "import. Where the server is away for a moment, lines are sent again, and nothing is recorded twice.",
  )
  .argument("<file>", "the file, or - for standard input")
  .option(...createOption)
  .option("--json", "answer the counts as JSON")
  .addHelpText(
    "after",
    examples(
      "import events.ndjson",
      "import events.ndjson.gz",
      "import events.ndjson --database-url file:copy.db --create",
      "export --url http://old:3000 | runless import - --url http://new:3000",
    ),
  )
  .action(async (file, { json, ...options }) => {
    const size = file === "-" ? undefined : await sizeOf(file);
    await withLog(options, async (log) => {
      const { input, wasCompressed } = await decompressed(file === "-" ? process.stdin : createReadStream(file));
      // The size of the decompressed input is unknown.
      const progress = progressBar(wasCompressed ? undefined : size);
      const { counts, lackingKey } = await importAll(log, input, progress);
      if (json === true) console.log(JSON.stringify(counts));
      else {
        for (const { line, error } of counts.errors) console.error(`line ${line}: ${error}`);
        const { received, recorded, duplicates, failed } = counts;
        const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} left out (wipes, changes of freshness)`;
        console.log(
          `${received} lines: ${recorded} recorded, ${duplicates} recorded before, ${failed} failed${skipped}`,
        );
      }
      if (lackingKey > 0) {
        const lines = lackingKey === 1 ? "line has" : "lines have";
        console.error(`runless: ${lackingKey} ${lines} no idempotency_key, and the next import records them again.`);
      }
      if (counts.failed > 0) process.exitCode = exitCodes.failed;
    });
  });

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(exitCodes.usage, `The file can't be read: ${sentenceOf(error)}`);
  }
}

interface Imported {
  readonly counts: Counts;
  /** How many lines came without an idempotency key. */
  readonly lackingKey: number;
}

// In requests of some megabytes. The progress bar counts only lines that are durable, which is known after each request.
// And Node's fetch gives up a request that takes longer than five minutes.
async function importAll(log: OpenLog, input: AsyncIterable<Uint8Array>, progress: Progress): Promise<Imported> {
  const keyPrefix = `import-${randomKey()}/`;
  let lackingKey = 0;
  let counts: Counts = { received: 0, recorded: 0, duplicates: 0, failed: 0, skipped: 0, errors: [] };
  let before = 0;
  let sentAgain = 0;
  const onRetry = ({ message }: RunlessClientError) => {
    if (sentAgain++ === 0) progress.print(`runless: the lines from ${before + 1} on are sent again: ${message}`);
  };
  try {
    for await (const { bytes, lines } of wholeLines(input)) {
      const { body, ...found } = keyedLines(bytes, keyPrefix, before);
      lackingKey += found.lackingKey;
      const answer = await retry(() => send(log, body), { ...retryPolicy, onRetry });
      counts = add(counts, answer, before);
      if (sentAgain > 0 && answer.duplicates > 0) {
        progress.print("runless: what was recorded of them by then is counted as recorded before.");
      }
      sentAgain = 0;
      before += lines;
      progress.advance(bytes.byteLength, lines);
    }
  } catch (error) {
    progress.end();
    if (before > 0) console.error(`The first ${before} lines are imported; what follows may be in part.`);
    throw error;
  }
  progress.end();
  return { counts, lackingKey };
}

async function send({ fetch }: OpenLog, body: Uint8Array<ArrayBuffer>): Promise<Counts> {
  const init = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body };
  const response = await fetch("events", init);
  // If every line failed, the status is 400 with counts. Only the answer of an unfinished import has other members.
  const refusal = response.status === 400 ? await response.clone().text() : "";
  const counts = v.safeParse(allFailedSchema, safelyParseJson(refusal));
  if (counts.success) return counts.output;
  return v.parse(countsSchema, JSON.parse(await textOf("POST events", response)));
}

function add(sum: Counts, more: Counts, linesBefore: number): Counts {
  const errors = more.errors.map(({ line, error }) => ({ line: line + linesBefore, error }));
  return {
    received: sum.received + more.received,
    recorded: sum.recorded + more.recorded,
    duplicates: sum.duplicates + more.duplicates,
    failed: sum.failed + more.failed,
    skipped: sum.skipped + more.skipped,
    errors: [...sum.errors, ...errors].slice(0, mostErrors),
  };
}
