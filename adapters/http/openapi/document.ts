import { Hono } from "hono";
import { describeRoute, generateSpecs } from "hono-openapi";
import type { Limits } from "../../config/limits.ts";
import { packageInfo } from "../../config/package-info.ts";
import type { RequiredScope } from "../access/authorizer.ts";
import { answerSchemas } from "./answers.ts";
import { assetOperations } from "./asset-operations.ts";
import { definitionOperations } from "./definition-operations.ts";
import { destinationOperations, destinationSchemas } from "./destination-operations.ts";
import { eventOperations } from "./event-operations.ts";
import { queryParameters } from "./json-schema.ts";
import { errors, type Operation, type Responses } from "./operation.ts";
import { reportOperations } from "./report-operations.ts";
import { serverOperations } from "./server-operations.ts";
import { waitOperations } from "./wait-operations.ts";
import { watchingSchemas } from "./watching-answers.ts";
import { watchingOperations } from "./watching-operations.ts";

export type OpenApiDocument = Awaited<ReturnType<typeof generateSpecs>>;

const tags = [
  { name: "Reports", description: "Dagster's external-assets API: change the host name, and nothing else." },
  { name: "Events", description: "Everything that was reported: written in batches, listed, exported, followed." },
  { name: "Assets", description: "What is known of each asset, kept up to date with every event." },
  { name: "Definitions", description: "What is known of assets without a report: owners, partitions, freshness." },
  { name: "Destinations", description: "Who is told of events and alerts, and what became of each message." },
  { name: "Watching", description: "What is late, and what fails: freshness, alerts and mutes." },
  { name: "Server", description: "The server itself." },
];

/** All operations of the server, with these limits. */
export function describedOperations(limits: Limits): readonly Operation[] {
  const all = [
    ...[reportOperations, eventOperations, assetOperations, waitOperations],
    ...[definitionOperations, watchingOperations, destinationOperations, serverOperations],
  ];
  return all.flatMap((describe) => describe(limits));
}

/**
 * The OpenAPI 3.1 document. It is generated from an app without handlers. Descriptions in the real app would make Hono run
 * two handlers for every report.
 */
export async function openApiDocument(limits: Limits): Promise<OpenApiDocument> {
  const described = new Hono();
  for (const { method, path, query, parameters = [], scope, ...spec } of describedOperations(limits)) {
    const { security, responses: refusals } = securityOf(scope);
    const all = [...(query === undefined ? [] : queryParameters(query)), ...parameters];
    const responses = { ...spec.responses, ...refusals };
    described.on(method, path, describeRoute({ ...spec, parameters: all, security, responses }));
  }
  const { name, version, description, license } = packageInfo();
  return generateSpecs(described, {
    documentation: {
      info: { title: name, version, description, license: { name: license, identifier: license } },
      servers: [{ url: "/" }],
      tags,
      components: { schemas: { ...answerSchemas, ...watchingSchemas, ...destinationSchemas }, securitySchemes },
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
}

/** The headers that a token may come in. */
const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A token of `runless token create`." },
  dagsterCloud: { type: "apiKey", in: "header", name: "Dagster-Cloud-Api-Token", description: "The same token." },
} as const;

/** The security of an operation that requires a scope: either header, and the errors without it. */
function securityOf(scope: RequiredScope): {
  readonly security: Record<string, string[]>[];
  responses: Responses;
} {
  if (scope === "nothing") return { security: [], responses: {} };
  return {
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [scope] })),
    responses: errors(401, 403),
  };
}
