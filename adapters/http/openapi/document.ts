import { Hono } from "hono";
import { describeRoute, generateSpecs } from "hono-openapi";
import type { Limits } from "../../config/limits.ts";
import { packageInfo } from "../../config/package-info.ts";
import type { RequiredScope } from "../access/authorizer.ts";
import { answerSchemas } from "./answers.ts";
import { assetOperations } from "./asset-operations.ts";
import { eventOperations } from "./event-operations.ts";
import { queryParameters } from "./json-schema.ts";
import { errors, type Operation, type Responses } from "./operation.ts";
import { reportOperations } from "./report-operations.ts";
import { serverOperations } from "./server-operations.ts";

export type OpenApiDocument = Awaited<ReturnType<typeof generateSpecs>>;

const tags = [
  { name: "Reports", description: "Dagster's external-assets API: change the host name, and nothing else." },
  { name: "Events", description: "Everything that was reported: written in batches, listed, exported, followed." },
  { name: "Assets", description: "What is known of each asset, kept up to date with every event." },
  { name: "Server", description: "The server itself." },
];

/** Everything that the server answers, under these limits. */
export function describedOperations(limits: Limits): readonly Operation[] {
  return [reportOperations, eventOperations, assetOperations, serverOperations].flatMap((describe) => describe(limits));
}

/**
 * The OpenAPI 3.1 document. It is made from an app that nobody asks anything: a description beside the handlers of the
 * real one would make Hono run two handlers for every report.
 */
export async function openApiDocument(limits: Limits): Promise<OpenApiDocument> {
  const described = new Hono();
  for (const { method, path, query, parameters = [], needs, ...spec } of describedOperations(limits)) {
    const { security, responses: refusals } = securityOf(needs);
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
      components: { schemas: answerSchemas, securitySchemes },
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

/** What the document says of an operation's need: either header will do, and what is answered where it is not met. */
function securityOf(needs: RequiredScope): {
  readonly security: Record<string, string[]>[];
  responses: Responses;
} {
  if (needs === "nothing") return { security: [], responses: {} };
  return {
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [needs] })),
    responses: errors(401, 403),
  };
}
