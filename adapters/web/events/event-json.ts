import { detailsLength } from "../../../core/events/details-start.ts";
import type { JsonValue, RecordedEvent } from "../../../core/index.ts";
import type { ReportedEvent } from "../../../storage/index.ts";
import { formatReported } from "../../http/events/event-pages.ts";
import { detailsOf } from "../values/event-details.ts";
import { startOf } from "../values/json-part.ts";

/** The JSON of an event as the API answers it, cut a little after `most` characters. */
export function eventJson(found: ReportedEvent, most: number): string {
  const { event } = found;
  if (detailsLength(event) > 0 || isSmall(event, most)) return formatReported(found).slice(0, most + 1);
  // An event that is no text yet would have to be written whole for its start.
  const { description, tags, metadata: _, ...head } = event;
  const named: { readonly [name: string]: JsonValue } = {
    id: head.id,
    type: head.type,
    asset_key: head.assetKey,
    partition: head.partition,
    timestamp: new Date(head.timestamp).toISOString(),
    received_at: new Date(head.receivedAt).toISOString(),
    description,
    tags,
  };
  let json = startOf({ value: named }, most).replace(/\}$/, "");
  json += `,"metadata":{`;
  for (const { name, type, part } of detailsOf(event).entries) {
    if (json.length > most) break;
    if (!json.endsWith("{")) json += ",";
    json += `${JSON.stringify(name)}:{"type":"${type}","raw_value":${startOf(part, most - json.length)}}`;
  }
  return json;
}

function isSmall(event: RecordedEvent, most: number): boolean {
  const { entries, total, description } = detailsOf(event);
  if (total > entries.length) return false;
  let length = description === null ? 0 : startOf(description, most).length;
  for (const { name, part } of entries) {
    if (length > most) return false;
    length += name.length + startOf(part, most).length;
  }
  for (const [name, value] of Object.entries(event.tags)) length += name.length + value.length;
  return length <= most;
}
