import { setTimeout as delay } from "node:timers/promises";
import { formatAssetKey } from "../../../core/asset-key.ts";
import { checkEvaluation } from "../../../core/events/events.ts";
import { float, type JsonObject } from "../../../core/json/json-value.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import { printable } from "../../config/printable.ts";
import { sentenceOf } from "../exit-code.ts";
import { createOption, examples, logCommand, readAssetKey } from "../log-command.ts";
import { deliver } from "./deliver.ts";
import { addPair, keptSentence, noSpool, readObject, readReport, valuesHelp } from "./report-input.ts";
import { runCommand } from "./run-command.ts";

/** How long the report may delay the exit, in milliseconds. */
const reportTimeout = 10_000;
/** How much longer keeping the report may take, in milliseconds. */
const grace = 1000;

export const execCommand = logCommand("exec")
  .description(
    "Run a command that builds an asset and report how it ended: the check `exec` in every case, and a materialization " +
      "where it ended with 0. Of a command that fails, the last lines of its stderr are kept with the check: they should hold no secrets. Ends with the command's own exit code (128 + n for signal n, 127 where there is no such " +
      "command), also where the report fails. Where the server is away, or does not answer within 10 seconds, the " +
      "report is kept, and sent with the next call or by `runless flush`; one that fails is a warning.",
  )
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .argument("<command...>", "what to run, after --")
  .option("--partition <partition>", "what part of the asset it builds")
  .option("--metadata <name=value>", `of the materialization; repeatable; ${valuesHelp}`, addPair, {})
  .option("--metadata-json <object>", "likewise, as a JSON object", readObject)
  .option("--data-version <version>", "of the materialization")
  .option("--description <text>", "of the materialization")
  .option(...noSpool)
  .option(...createOption)
  .addHelpText(
    "after",
    examples(
      "exec s3/orders -- ./load_orders.sh",
      "exec s3/orders --partition 2026-11-23 -- sh -c 'psql < orders.sql'",
    ),
  )
  .action(async (key, [file = "", ...args], options) => {
    // Before the command runs, so that a wrong option does not come up an hour later.
    const built = readReport("ASSET_MATERIALIZATION", key, options).event;
    const started = performance.now();
    const { exitCode, signal, stderr } = await runCommand(file, args);
    process.exitCode = exitCode;
    const passed = exitCode === 0;
    const metadata: JsonObject = {
      exit_code: exitCode,
      duration_seconds: float(Math.round(performance.now() - started) / 1000),
      ...(signal === null ? {} : { signal }),
      ...(passed || stderr === "" ? {} : { stderr }),
    };
    const check = checkEvaluation(key, { checkName: "exec", passed, partition: built.partition, metadata });
    const events = (passed ? [built, check] : [check]).map((event) => ({ event }));
    const stop = endOnSignals();
    try {
      const delivery = deliver(options, events, { timeout: reportTimeout, signal: stop.signal });
      const end = await Promise.race([delivery, rejectAfterTimeout()]);
      if (end.status === "kept") console.error(`runless: ${keptSentence(end.path, end.reason)}`);
    } catch (error) {
      const asset = `${formatAssetKey(key)}${built.partition === null ? "" : `, partition ${built.partition}`}`;
      const outcome = printable(`the outcome of ${asset} (exit code ${exitCode})`);
      console.error(`runless: warning: ${outcome} was not reported: ${sentenceOf(error)}`);
      // A request that still waits would keep the process alive.
      process.exit();
    } finally {
      stop.end();
    }
  });

/** Rejects after the time-out. Without a spool, and for a database, nothing else ends the wait. */
async function rejectAfterTimeout(): Promise<never> {
  await delay(reportTimeout + grace, undefined, { ref: false });
  throw new Error(`it took longer than ${reportTimeout / 1000} seconds. It may be recorded all the same.`);
}

/** While the outcome is reported, a signal ends the wait for the server, so that the report is kept. */
function endOnSignals() {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals) => {
    controller.abort(new RunlessClientError("network", `${signal} came before the server answered.`));
  };
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, abort);
  const end = () => signals.map((signal) => process.off(signal, abort));
  return { signal: controller.signal, end };
}
