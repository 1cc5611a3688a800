import { utf8Length } from "../definitions/json-size.ts";
import { firstMembers } from "../json/json-parts.ts";
import type { MessageType } from "./delivery.ts";

/** Larger values are left out of a message, and named in it. In bytes. */
export const mostValueBytes = 16_384;

/** What a webhook's message says. The texts are JSON. */
export interface Message {
  readonly type: MessageType;
  /** When it happened, in milliseconds since 1970 UTC: it stays the same at every attempt. */
  readonly timestamp: number;
  /** As `formatEvent` writes it. */
  readonly event?: string | undefined;
  /** As the API shows it. */
  readonly alert?: string | undefined;
  /** The members of a message that is about neither: an object. */
  readonly content?: string | undefined;
  /** The page about it; null where nobody said under which address the server is reached. */
  readonly url: string | null;
}

/**
 * The body of a webhook: `{"type", "timestamp", "data": {"event", "alert", "url"}}`, with the event and the alert where
 * there is one. `left_out` has the JSON pointers of values that are too large for a message.
 */
export function envelopeText({ type, timestamp, event, alert, content, url }: Message): string {
  const leftOut: string[] = [];
  const members = content === undefined ? [] : readObject(content).filter(([name]) => name !== "url");
  const data = members.map(([name, text]) => memberText(name, text));
  if (event !== undefined) data.push(memberText("event", boundedText(event, "/data/event", leftOut)));
  if (alert !== undefined) data.push(memberText("alert", boundedText(alert, "/data/alert", leftOut)));
  data.push(memberText("url", JSON.stringify(url)));
  if (leftOut.length > 0) data.push(memberText("left_out", JSON.stringify(leftOut)));
  const head = JSON.stringify({ type, timestamp: new Date(timestamp).toISOString() });
  return `${head.slice(0, -1)},"data":{${data.join(",")}}}`;
}

/** Members whose own members are judged one by one. */
const inner: ReadonlySet<string> = new Set(["metadata", "tags"]);
/** Members that become null. Others name what the message is about, and stay whatever their size. */
const optional: ReadonlySet<string> = new Set(["description", "data_version"]);

function boundedText(text: string, pointer: string, leftOut: string[]): string {
  // Each character has at least one byte, so most texts need no look inside.
  if (text.length <= mostValueBytes && utf8Length(text) <= mostValueBytes) return text;
  const members = readObject(text).map(([name, value]) => {
    const path = `${pointer}/${escapePointer(name)}`;
    if (inner.has(name)) return memberText(name, boundedMembers(value, path, leftOut));
    if (!optional.has(name) || utf8Length(value) <= mostValueBytes) return memberText(name, value);
    leftOut.push(path);
    return memberText(name, "null");
  });
  return `{${members.join(",")}}`;
}

function boundedMembers(text: string, pointer: string, leftOut: string[]): string {
  const members = readObject(text).flatMap(([name, value]) => {
    if (utf8Length(value) <= mostValueBytes) return memberText(name, value);
    leftOut.push(`${pointer}/${escapePointer(name)}`);
    return [];
  });
  return `{${members.join(",")}}`;
}

function readObject(text: string): readonly (readonly [name: string, text: string])[] {
  return firstMembers(text, Number.POSITIVE_INFINITY)?.members ?? [];
}

function memberText(name: string, text: string): string {
  return `${JSON.stringify(name)}:${text}`;
}

/** RFC 6901. */
function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
