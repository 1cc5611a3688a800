import type { RequiredScope } from "../access/authorizer.ts";
import { errors, type Responses } from "./operation.ts";

/** The headers that a token may come in. */
export const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A token of `runless token create`." },
  dagsterCloud: { type: "apiKey", in: "header", name: "Dagster-Cloud-Api-Token", description: "The same token." },
} as const;

/** What the document says of an operation's need: either header will do, and what is answered where it is not met. */
export function securityOf(needs: RequiredScope): {
  readonly security: Record<string, string[]>[];
  responses: Responses;
} {
  if (needs === "nothing") return { security: [], responses: {} };
  return {
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [needs] })),
    responses: errors(401, 403),
  };
}
