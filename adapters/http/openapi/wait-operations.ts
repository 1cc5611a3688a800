import { waitSchema } from "../waiting/wait-query.ts";
import { errors, type Operations, ok, schemaRef } from "./operation.ts";

const unsatisfied = {
  satisfied: false,
  waiting_for: [{ asset_key: ["s3", "orders"], what: "partition", state: "missing" }],
  failed_fast: false,
};

export const waitOperations: Operations = () => [
  {
    method: "GET",
    path: "/api/v1/wait",
    scope: "read",
    operationId: "wait",
    tags: ["Assets"],
    summary: "Wait until assets are there",
    description:
      "At least one of `partition`, `since`, `within` and `fresh` must be given; what is given must hold of each asset. What is there already is answered at once. A materialization counts as of its timestamp, or of its receipt where that is earlier. A check must have passed after the materialization that it judges. Ask again after a 408: `runless wait` does.",
    query: waitSchema,
    responses: {
      ...ok("All of it is there.", "Satisfied", { satisfied: true }),
      408: {
        description:
          "Something is missing, and the time of `wait` is up. `failed_fast` is true where `fail_fast` ended it: then it is final.",
        content: { "application/json": { schema: schemaRef("Unsatisfied"), example: unsatisfied } },
      },
      ...errors(400, 503),
    },
  },
];
