import { setTimeout as delay } from "node:timers/promises";
import { envelopeText } from "../../../core/destinations/message.ts";
import { messageTypeOf } from "../../../core/destinations/message-id.ts";
import { formatAssetKey, parseEvent } from "../../../core/index.ts";
import { printable } from "../../config/printable.ts";
import type { HttpSend } from "../../destinations/http-sender.ts";
import { messageId } from "../../destinations/message-id.ts";
import { webhookHeaders } from "../../destinations/sign-webhook.ts";
import { usageError } from "../exit-code.ts";
import { paint } from "../table.ts";

export interface Forwarding {
  readonly send: HttpSend;
  readonly url: string;
  readonly secret: string;
  /** The address of the server, under which events have pages; undefined for a database. */
  readonly server: string | undefined;
  readonly interrupted: AbortSignal;
  /** How long to wait before it is sent again, in milliseconds. */
  readonly pause?: number;
}

/** A program that ends at every attempt is not waited for any longer, or nothing would follow. */
const mostLost = 5;
const longestText = 80;

/**
 * Sends an event, as the API shows it, to the program, and prints a line with what it answered. While the program is away it
 * is sent again, so that a restart loses nothing. Rejects with CommandError if it may not be sent there at all.
 */
export async function forwardEvent(data: string, forwarding: Forwarding): Promise<void> {
  const { send, url, secret, server, interrupted, pause = 1000 } = forwarding;
  const event = parseEvent(data);
  const type = messageTypeOf(event.type);
  const page = server === undefined ? null : `${server}/events/${event.id}`;
  const body = envelopeText({ type, timestamp: event.timestamp, event: data, url: page });
  const id = messageId("listen", { eventId: event.id });
  const subject = [formatAssetKey(event.assetKey), event.partition ?? ""].filter((part) => part !== "").join("  ");
  const head = `${String(event.id).padStart(6)}  ${type}  ${printable(subject)}`;
  let lost = 0;
  for (let attempt = 1; ; attempt++) {
    const signed = webhookHeaders({ id, body, at: Date.now(), secrets: [secret] });
    const headers = { "content-type": "application/json", ...signed };
    const answer = await send({ method: "POST", url, headers, body, allowPrivate: true, signal: interrupted });
    if (interrupted.aborted) return;
    if (answer.type === "forbidden") throw usageError(`Nothing can be sent: ${answer.reason}`);
    if (answer.type === "answered") {
      const { status, text } = answer;
      const isTaken = status >= 200 && status < 300;
      const said = isTaken ? "" : printable(text.trim().split("\n", 1)[0] ?? "").slice(0, longestText);
      console.log([head, paint(isTaken ? "green" : "red", String(status)), said].join("  ").trimEnd());
      return;
    }
    if (answer.type === "lost") lost++;
    if (lost === mostLost) return console.log(`${head}  ${paint("red", answer.reason)}`);
    if (attempt === 1) console.error(`runless: ${answer.reason} It is sent again until it arrives.`);
    await delay(pause);
  }
}
