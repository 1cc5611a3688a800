import type { Problem } from "../definitions/problem.ts";
import { type RecordedEventType, recordedTypes } from "../events/events.ts";
import { isPlainObject } from "../json/json-value.ts";
import { alertTriggers, type Destination, type DestinationType, destinationTypes } from "./destination.ts";
import { FieldReader, type Resolve } from "./field-reader.ts";
import { groupingTypes } from "./group-window.ts";
import { nearestName } from "./nearest-name.ts";
import { filterForm, parseFilter } from "./parse-filter.ts";
import { parseTarget, targetFields } from "./parse-target.ts";
import { unmarkPlaceholders } from "./placeholders.ts";

export type ParsedDestinations =
  | { readonly destinations: readonly Destination[]; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly destinations?: undefined };

/** What Dagster has an endpoint for. */
const dagsterEvents = ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"] as const;

const groupFields = ["group_wait", "group_interval"];
const mostDestinations = 100;
const mostProblems = 100;

/**
 * Reads the operator's file, which is parsed already, from the text that `markPlaceholders` gave. `resolve` gives what stands for `${name}`: a variable, or a file if
 * the name begins with `file:`.
 */
export function parseDestinations(document: unknown, resolve: Resolve): ParsedDestinations {
  const problems: Problem[] = [];
  const destinations = readDocument(unmarkPlaceholders(document), problems, resolve);
  return problems.length > 0 ? { problems: problems.slice(0, mostProblems) } : { destinations };
}

function readDocument(document: unknown, problems: Problem[], resolve: Resolve): readonly Destination[] {
  const expected = "write destinations: and a list of them below it";
  const fields = new FieldReader(isPlainObject(document) ? document : {}, [], problems, resolve);
  if (isPlainObject(document)) fields.refuseOthers(["destinations"]);
  const list = fields.raw("destinations");
  if (!Array.isArray(list)) {
    fields.refuse(expected, ...(fields.has("destinations") ? ["destinations"] : []));
    return [];
  }
  if (list.length > mostDestinations) {
    fields.refuse(`${list.length} destinations are too many: the limit is ${mostDestinations}`, "destinations");
    return [];
  }
  const indexes = new Map<string, number>();
  return list.flatMap((item: unknown, i) => {
    const path = ["destinations", i];
    if (!isPlainObject(item)) {
      fields.refuse(`write a destination, as { name: chat, type: slack, url: \${SLACK_URL}, alerts: [fail] }`, ...path);
      return [];
    }
    const destination = readDestination(new FieldReader(item, path, problems, resolve));
    const name = typeof item.name === "string" ? item.name : undefined;
    const first = name === undefined ? undefined : indexes.get(name);
    if (first !== undefined) {
      fields.refuse(`destinations[${first}] has this name too: write another`, ...path, "name");
    } else if (name !== undefined) indexes.set(name, i);
    return destination ?? [];
  });
}

function readDestination(fields: FieldReader): Destination | undefined {
  const name = fields.text("name", nameForm);
  if (!fields.has("name")) fields.refuse(`name is missing: ${nameForm}`, "name");
  else if (name !== undefined && !/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) fields.refuse(nameForm, "name");
  const type = readType(fields);
  if (type === undefined) return undefined;
  fields.refuseOthers(fieldsOf(type), misplaced(type));
  const allowPrivate = fields.boolean("allow_private", false);
  const target = parseTarget(type, fields, allowPrivate);
  const isForwarder = type === "dagster";
  const events = fields.words<RecordedEventType>(
    "events",
    isForwarder ? dagsterEvents : recordedTypes,
    isForwarder ? dagsterEvents : [],
  );
  const alerts = fields.words("alerts", alertTriggers, []);
  const where = parseFilter(fields.inner("where", filterForm));
  const rest = {
    groupWait: fields.duration("group_wait", 30_000),
    groupInterval: fields.duration("group_interval", 300_000),
    repeat: fields.duration("repeat", null),
    from: type === "email" ? "now" : readFrom(fields),
  } as const;
  if (events?.length === 0 && alerts?.length === 0 && type !== "heartbeat") refuseSilence(type, fields);
  if (name === undefined || target === undefined || events === undefined || alerts === undefined) return undefined;
  return { name, target, events, alerts, where, ...rest, allowPrivate };
}

const nameForm = "write a name of at most 64 letters, digits, hyphens, dots and underscores, as data-chat";

function readType(fields: FieldReader): DestinationType | undefined {
  const value = fields.raw("type");
  const type = destinationTypes.find((one) => one === value);
  if (type !== undefined) return type;
  const nearest = typeof value === "string" ? nearestName(value, destinationTypes) : undefined;
  const known = nearest === undefined ? `one of ${destinationTypes.join(", ")}` : `type: ${nearest}`;
  return fields.refuse(value === undefined ? `type is missing: write ${known}` : `write ${known}`, "type");
}

function fieldsOf(type: DestinationType): readonly string[] {
  const own = ["name", "type", ...targetFields[type], "allow_private"];
  if (type === "heartbeat") return own;
  // The sender of an e-mail takes the name of the field that says where to begin: e-mail begins now.
  const told = type === "email" ? ["events", "where"] : type === "pagerduty" ? ["where"] : ["events", "where", "from"];
  if (type === "dagster") return [...own, ...told];
  return [...own, ...told, "alerts", "repeat", ...(groupingTypes.has(type) ? groupFields : [])];
}

function misplaced(type: DestinationType): Readonly<Record<string, string>> {
  const grouped = `leave it out, only ${[...groupingTypes].join(", ")} send several alerts as one message`;
  return {
    group_wait: grouped,
    group_interval: grouped,
    ...(type === "pagerduty" && { events: "write alerts, a pager is told of nothing else" }),
    ...(type === "dagster" && { alerts: "leave it out, Dagster takes events alone" }),
    ...(type === "webhook" && { secrets: "write secret, a list of them too" }),
  };
}

function refuseSilence(type: DestinationType, fields: FieldReader): void {
  if (fields.has("alerts") && fields.has("events"))
    return void fields.refuse("it is told nothing: name an alert or an event");
  if (type === "webhook") {
    return void fields.refuse("it is told nothing: write events: [ASSET_MATERIALIZATION], or alerts: [fail]");
  }
  if (type === "dagster") return void fields.refuse("it is told nothing: leave events out for all of them", "events");
  fields.refuse("it is told nothing: write alerts: [fail]");
}

function readFrom(fields: FieldReader): "now" | "start" | number {
  const value = fields.raw("from") ?? "now";
  if (value === "now" || value === "start") return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  fields.refuse("write now, start, or the id of the last event that it knows", "from");
  return "now";
}
