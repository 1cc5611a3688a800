import { checkEvaluation, float, type JsonObject } from "../../core/index.ts";
import { sentenceOf } from "./exit-code.ts";
import { examples, logCommand, readAssetKey } from "./log-command.ts";
import { addPair, readObject, readReport } from "./report-input.ts";
import { runCommand } from "./run-command.ts";
import { withLog } from "./with-log.ts";

export const execCommand = logCommand("exec")
  .summary("Run a command and report how it ended.")
  .description(
    "Run a command that builds an asset and report how it ended: the check `exec` in every case, and a materialization " +
      "where it ended with 0. Ends with the command's own exit code (128 + n for signal n, 127 where there is no such " +
      "command), whatever becomes of the report.",
  )
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .argument("<command...>", "what to run, after --")
  .option("--partition <partition>", "what part of the asset it builds")
  .option("--metadata <name=value>", "of the materialization; repeatable", addPair, {})
  .option("--metadata-json <object>", "likewise, as a JSON object", readObject)
  .option("--data-version <version>", "of the materialization")
  .option("--description <text>", "of the materialization")
  .addHelpText(
    "after",
    examples(
      "exec s3/orders -- ./load_orders.sh",
      "exec s3/orders --partition 2026-11-23 -- sh -c 'psql < orders.sql'",
    ),
  )
  .action(async (key, [file = "", ...args], options) => {
    // Before the command runs: it should not run for an hour to find a typing mistake.
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
    try {
      const check = checkEvaluation(key, { checkName: "exec", passed, partition: built.partition, metadata });
      await withLog(options, { writes: true }, async ({ api }) => {
        await api.reportRunlessAssetEvents(passed ? [built, check] : [check]);
      });
    } catch (error) {
      console.error(`runless: warning: the outcome was not reported: ${sentenceOf(error)}`);
    }
  });
