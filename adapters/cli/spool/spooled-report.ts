import { join } from "node:path";
import { maxEventDepth, parseJson, stringifyJson } from "../../../core/json/json.ts";
import { isArray, isJsonObject, type JsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { namesIn, readIfThere, waitingNames } from "./spool-folder.ts";

/** A report that waits for its server. Its events are recorded together or not at all. */
export interface SpooledReport {
  /** The address of the server, as the command was given it. */
  readonly url: string;
  /** When it was kept, in milliseconds since 1970 UTC. Its idempotency keys are valid for 7 days from then. */
  readonly keptAt: number;
  /**
   * Whether the report was first sent without a timestamp. The events here have one, so a server that recorded the first
   * attempt answers with a conflict.
   */
  readonly triedWithoutTime: boolean;
  /** Events as for `POST /api/v1/events`, each with a timestamp and an idempotency key. */
  readonly events: readonly JsonObject[];
}

const version = 1;

/** The text of a spool file. It has no token. */
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

/** The events without their timestamps, as they were first sent. */
export function withoutTimes(events: readonly JsonObject[]): readonly JsonObject[] {
  return events.map(({ timestamp, ...rest }) => rest);
}

/** The servers for which reports wait. */
export function waitingServers(root: string): readonly string[] {
  const urls = new Set<string>();
  for (const folder of namesIn(root).map((name) => join(root, name))) {
    for (const name of waitingNames(folder)) {
      const text = readIfThere(join(folder, name));
      const report = text === undefined ? undefined : parseSpooled(text);
      if (report !== undefined) urls.add(report.url);
    }
  }
  return [...urls].sort();
}
