import type { Hono } from "hono";
import type { AppEnv } from "../app-deps.ts";
import { encoded } from "../body/answer-encoding.ts";
import { jsonResponse } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";

/**
 * The route of the JSON Schema of a file of definitions, for completion in editors. The first request makes the schema.
 */
export function definitionsSchemaRoute(deps: RouteDeps): Hono<AppEnv> {
  let made: Promise<string> | undefined;
  return routes(deps).get("/schemas/definitions.json", "nothing", async (c) => {
    made ??= import("./json-schema.ts").then(({ definitionsJsonSchema }) => JSON.stringify(definitionsJsonSchema()));
    return encoded(c, jsonResponse(await made));
  }).app;
}
