import type { ContentWithResolver, DescribeRouteOptions, ResolverReturnType } from "hono-openapi";
import type * as v from "valibot";
import type { Limits } from "../../config.ts";

/** What a request to one path with one method may hold, and what it is answered. */
export interface Operation extends DescribeRouteOptions {
  readonly method: "GET" | "POST" | "DELETE";
  /** As Hono writes it: `/events/:id`. */
  readonly path: string;
  /** The very schema that reads the query. */
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

/** A 200 in JSON. */
export function ok(description: string, schema: string, example: unknown): Responses {
  return { 200: { description, content: { "application/json": { schema: schemaRef(schema), example } } } };
}

const reasons: Readonly<Record<number, string>> = {
  400: "The request can't be read as it is; the sentence names what to change.",
  404: "There is no such thing, or no longer.",
  413: "The body is larger than the server's limit, or has too many events.",
  415: "The body is neither JSON nor lines of JSON.",
  422: "The idempotency key was sent before, with other content.",
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
  404: "There is no event with the id 42.",
  413: "The body is larger than 4194304 bytes. Send less, or raise --max-body-bytes.",
  415: "Send an event or an array of events as application/json, or lines as application/x-ndjson. Got no Content-Type.",
  422: 'The idempotency key "2026-11-23" was sent before, recorded as event 7, with other content. Send a new key for a new event.',
  503: "The database is locked by another process.",
};
