import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import * as v from "valibot";
import { CommandError, exitCodes, sentenceOf } from "./exit-code.ts";
import { examples, logCommand } from "./log-command.ts";
import { type Progress, progressBar } from "./progress-bar.ts";
import { wholeLines } from "./whole-lines.ts";
import { bodyOf, type OpenLog, withLog } from "./with-log.ts";

const countsSchema = v.object({
  received: v.number(),
  recorded: v.number(),
  duplicates: v.number(),
  failed: v.number(),
  skipped: v.number(),
  errors: v.array(v.object({ line: v.number(), error: v.string() })),
});
type Counts = v.InferOutput<typeof countsSchema>;

const mostErrors = 100;

export const importCommand = logCommand("import")
  .summary("Record what was exported.")
  .description(
    "Record lines of JSON, as `runless export` writes them. Lines are independent. One with an idempotency_key, as " +
      "every exported line has, is recorded once however often it is imported.",
  )
  .argument("<file>", "the file, or - for standard input")
  .option("--json", "answer the counts as JSON")
  .addHelpText(
    "after",
    examples("import events.ndjson", "export --url http://old:3000 | runless import - --url http://new:3000"),
  )
  .action(async (file, { json, ...options }) => {
    const size = file === "-" ? undefined : await sizeOf(file);
    await withLog(options, { writes: true }, async (log) => {
      const progress = progressBar(size);
      const counts = await importAll(log, file === "-" ? process.stdin : createReadStream(file), progress);
      if (json === true) console.log(JSON.stringify(counts));
      else {
        for (const { line, error } of counts.errors) console.error(`line ${line}: ${error}`);
        const { received, recorded, duplicates, failed } = counts;
        const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} wipes left out`;
        console.log(
          `${received} lines: ${recorded} recorded, ${duplicates} recorded before, ${failed} failed${skipped}`,
        );
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

// In requests of some megabytes: what a request has answered is durable, so that the bar shows nothing else, and a
// request that goes on for longer than five minutes is one that Node's fetch gives up.
async function importAll({ fetch }: OpenLog, input: AsyncIterable<Uint8Array>, progress: Progress): Promise<Counts> {
  let counts: Counts = { received: 0, recorded: 0, duplicates: 0, failed: 0, skipped: 0, errors: [] };
  let before = 0;
  try {
    for await (const { bytes, lines } of wholeLines(input)) {
      const init = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: bytes };
      const text = await new Response(await bodyOf("POST events", await fetch("events", init))).text();
      counts = add(counts, v.parse(countsSchema, JSON.parse(text)), before);
      before += lines;
      progress.advance(bytes.byteLength, lines);
    }
  } catch (error) {
    progress.end();
    if (before > 0) console.error(`The first ${before} lines are imported; what follows may be in part.`);
    throw error;
  }
  progress.end();
  return counts;
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
