import { randomBytes } from "node:crypto";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { type RecordedEventType, recordedTypes } from "../../../core/events/events.ts";
import { createHttpSender } from "../../destinations/http-sender.ts";
import { webhookKey, webhookSecret } from "../../destinations/sign-webhook.ts";
import { exitCodeOf, exitCodes, usageError } from "../exit-code.ts";
import { examples, logCommand, readAssetKey } from "../log-command.ts";
import { filterQuery, formatQuery } from "../reading/event-filter.ts";
import { followStream } from "../reading/follow-stream.ts";
import { type OpenLog, unlessInterrupted, withLog } from "../with-log.ts";
import { forwardEvent } from "./forward-event.ts";
import { readAhead } from "./read-ahead.ts";

export const listenCommand = logCommand("listen")
  .description(
    "Send events to a local program as signed webhooks, as they are recorded, until Ctrl-C, which ends it with 0. What is recorded while the program or the server is away is sent when it is back.",
  )
  .requiredOption("--forward-to <url>", "where the program listens, as http://127.0.0.1:8000/hook", readTarget)
  .option("--events <types>", `only events of these types, joined by commas: ${recordedTypes.join(", ")}`, readTypes)
  .option("--prefix <key>", "only events of this asset and all below it", readAssetKey)
  .option("--secret <secret>", "what to sign with, whsec_… (default: a new secret, which is printed)", readSecret)
  .addHelpText(
    "after",
    examples(
      "listen --forward-to http://127.0.0.1:8000/hook",
      "listen --forward-to http://127.0.0.1:8000/hook --events ASSET_MATERIALIZATION,ASSET_WIPED --prefix s3",
    ),
  )
  .action(async ({ forwardTo, events = recordedTypes, prefix, secret = newSecret(), ...options }) => {
    const listen = async (log: OpenLog, interrupted: AbortSignal) => {
      if (log.server !== undefined && new URL(log.server).origin === new URL(forwardTo).origin) {
        throw usageError("--forward-to is the runless server itself. Name the address of your program.");
      }
      const path = `events/stream${formatQuery(filterQuery({ prefix }))}`;
      const forwarding = { send: createHttpSender(), url: forwardTo, secret, server: log.server, interrupted };
      let isReady = false;
      // The stream is read while the program is away, or the server would take this process for dead.
      for await (const { event, data } of readAhead(followStream(log.fetch, path, { interrupted }), mostAhead)) {
        // The first block says where the stream begins: what is recorded from now on is sent.
        if (!isReady) console.log(`Events go to ${new URL(forwardTo).host}, signed with ${secret}`);
        isReady = true;
        if (event === "pruned") console.error("runless: warning: events were deleted before they could be sent");
        if (data === undefined || !events.some((type) => type === event)) continue;
        await forwardEvent(data, forwarding);
      }
    };
    try {
      await withLog(options, (log) => unlessInterrupted((interrupted) => listen(log, interrupted)));
    } catch (error) {
      process.exitCode = exitCodeOf(error);
    }
    // The stream is still open. Ctrl-C is how it is meant to end.
    process.exit(process.exitCode === exitCodes.interrupted ? exitCodes.ok : process.exitCode);
  });

/** How many events are read before the program has taken them. */
const mostAhead = 1000;

function newSecret(): string {
  return webhookSecret(randomBytes(32));
}

function readTarget(text: string): string {
  if (/^https?:\/\/[^/?#]/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("It must be http://… or https://…, as http://127.0.0.1:8000/hook.");
}

function readTypes(text: string): readonly RecordedEventType[] {
  return text.split(",").map((name) => {
    const type = recordedTypes.find((one) => one === name.trim());
    if (type !== undefined) return type;
    throw new InvalidArgumentError(`Types are ${recordedTypes.join(", ")}.`);
  });
}

function readSecret(text: string): string {
  if (webhookKey(text) !== undefined) return text;
  throw new InvalidArgumentError("It must be 24 to 64 bytes in base64, with or without whsec_ before them.");
}
