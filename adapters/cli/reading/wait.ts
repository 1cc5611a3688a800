import { Argument, InvalidArgumentError } from "@commander-js/extra-typings";
import { type AssetKey, formatAssetKey } from "../../../core/asset-key.ts";
import { parseDuration } from "../../../core/freshness/duration.ts";
import { parseTime } from "../../../core/time.ts";
import type { WaitDecision, WaitingFor, WaitQuestion } from "../../../core/waiting/wait.ts";
import { assertWaitQuestion, formatDecision, needsCondition, withoutGaps } from "../../api/wait-question.ts";
import { wait as sleep } from "../../client/retry.ts";
import { waitOverHttp } from "../../client/wait-over-http.ts";
import { printable } from "../../config/printable.ts";
import { exitCodes, usageError } from "../exit-code.ts";
import { examples, jsonOption, logCommand, readAssetKey, readTime, timeForms } from "../log-command.ts";
import { type OpenLog, retries, unlessInterrupted, withLog } from "../with-log.ts";

const exitCodesOfWait = `
Exit codes of this command:
  0    all of it is there
  1    a check failed, with --fail-fast; or the server refused
  2    wrong usage
  3    the server was never reached, or the database can't be opened
  4    the time is up: standard output says what is missing, as JSON
  130  ended by Ctrl-C`;

export const waitCommand = logCommand("wait")
  .description(
    "Wait until assets are there, and end with exit code 0 then. What is there already ends it at once. A server that restarts meanwhile is waited for.",
  )
  .addArgument(new Argument("<key...>", "the assets: parts joined by / or a JSON array").argParser(readKeys))
  .option("--partition <partition>", "this partition must be there")
  .option("--since <time>", `it must have been materialized then or later: ${timeForms}`, readTime)
  .option("--within <duration>", "it must be at most so old: 90s, 30m, 24h, 1d12h", readDuration)
  .option("--fresh", "its freshness policy must say PASS")
  .option("--check <name>", "this check must have passed since; may be repeated", readNames)
  .option("--checks", "all its checks must have passed since")
  .option("--strict", "checks that fail with the severity WARN block too")
  .option("--fail-fast", "end with exit code 1 as soon as one of these checks has failed")
  .option("--timeout <duration>", "wait at most so long, then end with exit code 4 (default: for ever)", readDuration)
  .option(...jsonOption)
  .addHelpText("after", exitCodesOfWait)
  .addHelpText(
    "after",
    examples(
      "wait raw/orders --partition 2026-11-29 --timeout 2h && ./load_orders.sh",
      "wait raw/orders raw/customers --since today --checks --fail-fast",
      "wait warehouse/orders --within 24h --check no_nulls --timeout 0s",
    ),
  )
  .action(async (keys, { timeout = Number.POSITIVE_INFINITY, json, ...options }) => {
    const question = questionOf(keys, options);
    const waitFor = async ({ send }: OpenLog, signal: AbortSignal) => {
      const onLost = (error: Error) => {
        console.error(`runless: the server does not answer, and is asked again: ${printable(error.message)}`);
      };
      const decision = await waitOverHttp(send, question, {
        ...{ timeout, signal, retries, sleep, random: Math.random },
        onLost,
      });
      tell(decision, json === true);
    };
    await withLog(options, (log) => unlessInterrupted((interrupted) => waitFor(log, interrupted)));
  });

interface Options {
  readonly partition?: string | undefined;
  readonly since?: string | undefined;
  readonly within?: number | undefined;
  readonly fresh?: true | undefined;
  readonly check?: readonly string[] | undefined;
  readonly checks?: true | undefined;
  readonly strict?: true | undefined;
  readonly failFast?: true | undefined;
}

function questionOf(keys: readonly AssetKey[], options: Options): WaitQuestion {
  const { partition, since, within, fresh, check, checks, strict, failFast } = options;
  if (check !== undefined && checks === true)
    throw usageError("Give --check for checks by name, or --checks, not both.");
  if ([partition, since, within, fresh].every((given) => given === undefined)) {
    throw usageError(`Give one of --partition, --since, --within and --fresh: ${needsCondition}.`);
  }
  const question = withoutGaps({
    ...{ keys, partition, since: since === undefined ? undefined : parseTime(since), within, fresh },
    ...{ checks: checks === true ? "all" : check, strict, failFast },
  });
  assertWaitQuestion(question);
  return question;
}

/** Standard output is for programs: what is missing is one line of JSON. The sentence for people goes beside it. */
function tell(decision: WaitDecision, isJson: boolean): void {
  if (isJson || !decision.satisfied) console.log(JSON.stringify(formatDecision(decision)));
  if (decision.satisfied) return;
  process.exitCode = decision.failedFast ? exitCodes.failed : exitCodes.timeUp;
  const why = decision.failedFast ? "it failed" : "the time is up";
  if (!isJson) console.error(`runless: ${why}: ${decision.waitingFor.map(sentenceOf).join(", ")}`);
}

function sentenceOf({ assetKey, what, state }: WaitingFor): string {
  const which = what.startsWith("check:") ? `check ${what.slice("check:".length)}` : what;
  return printable(`${formatAssetKey(assetKey)} (${which} ${state})`);
}

function readKeys(text: string, before: readonly AssetKey[] = []): readonly AssetKey[] {
  return [...before, readAssetKey(text)];
}

function readNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function readDuration(text: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new InvalidArgumentError("It must be a duration: 90s, 30m, 24h, 1d12h.");
}
