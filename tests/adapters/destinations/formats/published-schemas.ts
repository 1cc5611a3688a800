import type { ServerResponse } from "node:http";
import * as v from "valibot";
import type { Received } from "../receiver.ts";

/**
 * Written from Slack's reference of Block Kit, since Slack itself can't be had: message payloads, section and header blocks,
 * text objects. Strict, so that a misspelt field is found too.
 */
const textOf = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));
const mrkdwn = v.strictObject({ type: v.literal("mrkdwn"), text: textOf(3000), verbatim: v.optional(v.boolean()) });
const plainOf = (most: number) =>
  v.strictObject({ type: v.literal("plain_text"), text: textOf(most), emoji: v.optional(v.boolean()) });
const block = v.variant("type", [
  v.strictObject({ type: v.literal("section"), text: v.union([mrkdwn, plainOf(3000)]) }),
  v.strictObject({ type: v.literal("header"), text: plainOf(150) }),
]);
export const slackMessage = v.strictObject({
  text: textOf(4000),
  blocks: v.pipe(v.array(block), v.minLength(1), v.maxLength(50)),
  unfurl_links: v.optional(v.boolean()),
  unfurl_media: v.optional(v.boolean()),
});

/** Written from PagerDuty's reference of the Events API v2, since PagerDuty itself can't be had. */
const url = v.pipe(v.string(), v.url());
export const pagerdutyRequest = v.strictObject({
  routing_key: v.pipe(v.string(), v.length(32)),
  event_action: v.picklist(["trigger", "acknowledge", "resolve"]),
  dedup_key: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  client: v.optional(v.string()),
  client_url: v.optional(url),
  links: v.optional(v.array(v.strictObject({ href: url, text: v.optional(v.string()) }))),
  images: v.optional(
    v.array(
      v.strictObject({ src: v.pipe(url, v.startsWith("https:")), href: v.optional(url), alt: v.optional(v.string()) }),
    ),
  ),
  payload: v.strictObject({
    summary: textOf(1024),
    source: v.pipe(v.string(), v.minLength(1)),
    severity: v.picklist(["critical", "error", "warning", "info"]),
    timestamp: v.optional(v.pipe(v.string(), v.isoTimestamp())),
    component: v.optional(v.string()),
    group: v.optional(v.string()),
    class: v.optional(v.string()),
    custom_details: v.optional(v.record(v.string(), v.unknown())),
  }),
});

/** As Slack answers an incoming webhook. */
export function answerAsSlack(response: ServerResponse, request: Received): void {
  if (isSent(slackMessage, request)) response.end("ok");
  else response.writeHead(400).end("invalid_blocks");
}

/** As PagerDuty answers an event. */
export function answerAsPagerduty(response: ServerResponse, request: Received): void {
  if (isSent(pagerdutyRequest, request))
    response.writeHead(202).end('{"status":"success","message":"Event processed"}');
  else response.writeHead(400).end('{"status":"invalid event","message":"Event object is invalid"}');
}

function isSent(schema: typeof slackMessage | typeof pagerdutyRequest, { method, headers, body }: Received): boolean {
  const isJson = headers["content-type"] === "application/json" && Buffer.byteLength(body) < 512 * 1024;
  return method === "POST" && isJson && v.safeParse(schema, JSON.parse(body)).success;
}
