import type { RecordedEvent } from "../../events/events.ts";
import { eventMark } from "./dagster-report.ts";

/** How many events of an asset one look-up reads. */
const lookedUpAtOnce = 20;

/** What Dagster has of an asset (or of one of its checks), newest first. */
export interface LookUpPage {
  /** The marks that the events have: `<log id>/<id>`. */
  readonly marks: readonly string[];
  /** When Dagster recorded the oldest of them, in milliseconds since 1970 UTC; null: there is none. */
  readonly oldest: number | null;
  /** What to ask on from; null: this is the end. */
  readonly next: string | null;
}

const entries = "metadataEntries { label ... on TextMetadataEntry { text } }";

function eventsQuery(list: string): string {
  return `query LookUp($path: [String!]!, $before: String) {
  assetOrError(assetKey: { path: $path }) {
    ... on Asset { found: ${list}(limit: ${lookedUpAtOnce}, beforeTimestampMillis: $before) { timestamp ${entries} } }
  }
}`;
}

const checksQuery = `query LookUp($path: [String!]!, $check: String!, $before: String) {
  found: assetCheckExecutions(assetKey: { path: $path }, checkName: $check, limit: ${lookedUpAtOnce}, cursor: $before) {
    id timestamp evaluation { ${entries} }
  }
}`;

/** The GraphQL request that asks for a page. `before` is the `next` of the page before it; null: from the newest on. */
export function lookUpBody(event: RecordedEvent, before: string | null): string {
  const variables = { path: event.assetKey, before };
  if (event.type === "ASSET_CHECK_EVALUATION") {
    return JSON.stringify({ query: checksQuery, variables: { ...variables, check: event.checkName } });
  }
  const list = event.type === "ASSET_OBSERVATION" ? "assetObservations" : "assetMaterializations";
  return JSON.stringify({ query: eventsQuery(list), variables });
}

/** Reads the answer. Undefined if it is none: GraphQL says errors with 200 too. */
export function readLookUp(text: string): LookUpPage | undefined {
  const answer = parsed(text);
  if (answer === undefined || answer.errors !== undefined || answer.data === null || answer.data === undefined) return;
  const { data } = answer;
  const isOfChecks = data.assetOrError === undefined;
  // Of an asset that Dagster does not know there is no list.
  const found = isOfChecks ? data.found : (data.assetOrError?.found ?? []);
  if (!Array.isArray(found)) return undefined;
  const marks = found.flatMap((one) => markOf(one) ?? []);
  const last = found.at(-1);
  if (last === undefined) return { marks, oldest: null, next: null };
  // Of checks in seconds, of other events in milliseconds, as text.
  const oldest = Number(last.timestamp) * (isOfChecks ? 1000 : 1);
  if (Number.isNaN(oldest)) return undefined;
  // Others may have the same time as the oldest one.
  const next = isOfChecks ? String(last.id) : String(oldest + 1);
  return { marks, oldest, next: found.length < lookedUpAtOnce ? null : next };
}

interface FoundEvent {
  readonly id?: unknown;
  readonly timestamp?: unknown;
  readonly metadataEntries?: readonly Entry[];
  /** Of a check that was only planned there is none. */
  readonly evaluation?: { readonly metadataEntries?: readonly Entry[] } | null;
}

interface Entry {
  readonly label?: unknown;
  readonly text?: unknown;
}

interface LookUpAnswer {
  readonly errors?: unknown;
  readonly data?: {
    readonly assetOrError?: { readonly found?: readonly FoundEvent[] } | null;
    readonly found?: readonly FoundEvent[];
  } | null;
}

function markOf({ metadataEntries, evaluation }: FoundEvent): string | undefined {
  const list = metadataEntries ?? evaluation?.metadataEntries ?? [];
  const text = list.find(({ label }) => label === eventMark)?.text;
  return typeof text === "string" ? text : undefined;
}

function parsed(text: string): LookUpAnswer | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
