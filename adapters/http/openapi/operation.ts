import type { ContentWithResolver, DescribeRouteOptions, ResolverReturnType } from "hono-openapi";
import type * as v from "valibot";
import type { Limits } from "../../config/limits.ts";
import type { RequiredScope } from "../access/authorizer.ts";
import { parameterExamples } from "./examples.ts";

/** The description of a method of a path: its parameters, body and answers. */
export interface Operation extends DescribeRouteOptions {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** In the form of Hono: `/events/:id`. */
  readonly path: string;
  /** The scope that it requires. */
  readonly scope: RequiredScope;
  /** The schema with which the handler reads the query. */
  readonly query?: v.GenericSchema;
}

export type Operations = (limits: Limits) => readonly Operation[];

export type Schema = Exclude<NonNullable<ContentWithResolver[string]["schema"]>, ResolverReturnType>;
export type Parameter = NonNullable<DescribeRouteOptions["parameters"]>[number];

export type Responses = NonNullable<DescribeRouteOptions["responses"]>;

/** A reference to a schema of the document. */
export function schemaRef(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

type Headers = Record<string, { description: string; schema: { type: "string" } }>;

/** A 200 in JSON. */
export function ok(description: string, schema: string, example: unknown, headers?: Headers): Responses {
  const content = { "application/json": { schema: schemaRef(schema), example } };
  return { 200: { description, ...(headers && { headers }), content } };
}

interface Answer {
  readonly schema: string;
  readonly example: unknown;
}

/** A 200 in JSON of an operation that lists, or reads one by its key. */
export function okPageOrOne(
  description: string,
  { list, one }: { readonly list: Answer; readonly one: Answer },
): Responses {
  const schema = { anyOf: [schemaRef(list.schema), schemaRef(one.schema)] };
  const examples = { list: { value: list.example }, one: { value: one.example } };
  return { 200: { description, content: { "application/json": { schema, examples } } } };
}

/** The key at the end of a path. */
export const keyInPath: Parameter = {
  name: "asset_key",
  in: "path",
  required: true,
  description: "The parts of the key, joined by `/`: as many segments as it has. `%2F` stays inside a part.",
  schema: { type: "string", minLength: 1 },
  example: parameterExamples.asset_key,
};

const reasons: Readonly<Record<number, string>> = {
  400: "The request can't be read as it is; the sentence names what to change.",
  401: "There is no token, or not a good one.",
  403: "The token lacks the scope, or its prefix does not cover the asset, or a browser asks for a page of another origin; the sentence says which.",
  404: "There is no such thing, or no longer.",
  408: "The body came too slowly. Nothing of it is recorded, but lines of an import that came whole.",
  409: "Another source owns a key, or the source would lose all its definitions; the sentence says which.",
  413: "The body is larger than the server's limit, or has too many events.",
  415: "The body is of a type that this does not read; the sentence says which it reads.",
  422: "The idempotency key was sent before, with other content.",
  501: "The server was made without the store that this needs; the sentence names it.",
  503: "The server can't answer now. Nothing is known to be recorded; send the request again, with the same idempotency key.",
};

/** The errors that an operation may answer. */
export function errors(...statuses: readonly (keyof typeof reasons)[]): Responses {
  const described = statuses.map((status) => [
    String(status),
    {
      description: reasons[status] ?? "",
      ...(status === 503
        ? { headers: { "Retry-After": { description: "Seconds to wait.", schema: { type: "string" as const } } } }
        : {}),
      content: { "application/json": { schema: schemaRef("Error"), example: { error: examples[status] ?? "" } } },
    },
  ]);
  return Object.fromEntries(described);
}

const examples: Readonly<Record<number, string>> = {
  400: 'There is no parameter "assets". Those there are: asset_key, limit, cursor.',
  401: "This server wants a token. Send one as `Authorization: Bearer <token>` or `Dagster-Cloud-Api-Token: <token>`.",
  403: "This needs the scope report, and the token dashboards has the scope read.",
  404: "There is no event with the id 42.",
  408: "The body came too slowly: 60 seconds, and one more for each 16 KB, are all it may take. Send it faster, or raise --max-idle-seconds.",
  409: "Nothing is changed: the key s3/orders belongs to the source team-b. Leave it out, or take it over with take_over=true (--take-over).",
  413: "The body is larger than 4194304 bytes. Send less, or raise --max-body-bytes.",
  415: 'Send an event or an array of events as application/json, or lines as application/x-ndjson. Got "text/csv".',
  422: 'The idempotency key "2026-11-23" was sent before, recorded as event 7, with other content. Send a new key for a new event.',
  501: "This server has no store of definitions. Give createApp one: { log, definitions }.",
  503: "More is reported than can be recorded: 1000 events of 412672 bytes wait already, and the limit is 1000 events. Nothing of this is recorded; send it again a little later. --max-queue-events sets that limit.",
};
