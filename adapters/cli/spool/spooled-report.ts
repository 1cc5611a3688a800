import { maxEventDepth, parseJson, stringifyJson } from "../../../core/json/json.ts";
import { isArray, isJsonObject, type JsonObject, type JsonValue } from "../../../core/json/json-value.ts";

/** A report that waits for its server: events that are recorded together or not at all. */
export interface SpooledReport {
  /** The server's, as the command was given it. */
  readonly url: string;
  /** When it was kept, in milliseconds since 1970 UTC: its keys are good for 7 days from here. */
  readonly keptAt: number;
  /**
   * Whether the report was first tried without a timestamp, for the server to give it one. The events carry the time
   * when they happened, so that a server which did record the first try calls them a conflict.
   */
  readonly triedWithoutTime: boolean;
  /** As `POST /api/v1/events` takes them, each with its timestamp and its idempotency key. */
  readonly events: readonly JsonObject[];
}

const version = 1;

/** The text of a spool file. It holds no token. */
export function formatSpooled({ url, keptAt, triedWithoutTime, events }: SpooledReport): string {
  const head = { version, url, kept_at: new Date(keptAt).toISOString(), tried_without_timestamp: triedWithoutTime };
  return `${stringifyJson({ ...head, events })}\n`;
}

/** Undefined for any other text. */
export function parseSpooled(text: string): SpooledReport | undefined {
  const json = tryParse(text);
  if (!isJsonObject(json) || json.version !== version) return undefined;
  const { url, kept_at: keptAt, tried_without_timestamp: triedWithoutTime, events } = json;
  if (typeof url !== "string" || typeof keptAt !== "string" || !isArray(events) || !events.every(isJsonObject)) {
    return undefined;
  }
  return { url, keptAt: Date.parse(keptAt), triedWithoutTime: triedWithoutTime === true, events };
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parseJson(text, { maxDepth: maxEventDepth + 2 });
  } catch {
    return undefined;
  }
}

/** The events as they were tried first, where that was without a timestamp. */
export function withoutTimes(events: readonly JsonObject[]): readonly JsonObject[] {
  return events.map(({ timestamp, ...rest }) => rest);
}
