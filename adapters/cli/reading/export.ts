import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { Option } from "@commander-js/extra-typings";
import { networkReason } from "../../client/client-error.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, readCount, readEventId } from "../log-command.ts";
import { bodyOf, type OpenLog, unlessInterrupted, withLog } from "../with-log.ts";
import { filterCommand, filterQuery, formatQuery } from "./event-filter.ts";

export const exportCommand = filterCommand("export")
  .description("Write all events that match as lines of JSON, oldest first, for `runless import` to read.")
  .option("--before <id>", "recorded before this event", readEventId)
  .addOption(new Option("--order <order>", "by id").choices(["asc", "desc"]))
  .option("--limit <count>", "at most so many", readCount)
  .option("--reporters", "with reported_by, the name of the token that reported (a server tells admins alone)")
  .option("--output <file>", "where to write (default: standard output); it is there once it is whole")
  .addHelpText(
    "after",
    examples("export > events.ndjson", "export --prefix s3 --output s3.ndjson", "export | gzip > events.ndjson.gz"),
  )
  .action(async ({ output, limit, reporters, ...options }) => {
    const write = async (log: OpenLog) => {
      const path = `events${formatQuery({ ...filterQuery(options), limit, reporters: reporters === true ? "true" : undefined })}`;
      const response = await log.fetch(path, { headers: { accept: "application/x-ndjson" } });
      const body = await bodyOf(`GET ${path}`, response);
      if (output === undefined) return copy(body, process.stdout);
      await writeWhole(body, output);
    };
    await withLog(options, (log) => unlessInterrupted(() => write(log)));
  });

async function writeWhole(body: ReadableStream<Uint8Array>, output: string): Promise<void> {
  const part = `${output}.part`;
  // After a failure too. After success the file is gone already.
  process.once("exit", () => rmSync(part, { force: true }));
  const file = createWriteStream(part);
  const written = finished(file);
  // It is awaited below. Until then a failure must not be an unhandled rejection.
  written.catch(() => {});
  await once(file, "open");
  await copy(body, file);
  file.end();
  await written;
  await rename(part, output);
}

async function copy(body: ReadableStream<Uint8Array>, to: Writable): Promise<void> {
  try {
    for await (const chunk of body) if (!to.write(chunk)) await once(to, "drain");
  } catch (error) {
    throw new CommandError(exitCodes.unreachable, `The export broke off, and is not whole: ${networkReason(error)}.`);
  }
}
