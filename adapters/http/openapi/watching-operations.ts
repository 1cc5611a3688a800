import { timeText } from "../../../core/events/event-input-schema.ts";
import { alertsSchema } from "../watching/alerts.ts";
import { freshnessSchema } from "../watching/freshness.ts";
import { unmuteSchema } from "../watching/mute-request.ts";
import { alertExample, muteExample, subjectExample } from "./examples.ts";
import { errors, type Operations, ok, type Parameter, type Schema } from "./operation.ts";

const path = "/api/v1/alerts";
const tags = ["Watching"];
const lastPage = { cursor: null, has_more: false };

const alertId: Parameter = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "integer", minimum: 0, maximum: 1e15 - 1 },
  example: alertExample.id,
};

const parts = { type: "array", items: { type: "string" }, contains: { type: "string", minLength: 1 } } as const;
const key: Schema = {
  anyOf: [
    { type: "string", pattern: "[^/]" },
    parts as Schema, // whose type has no `contains`, which OpenAPI 3.1 has
  ],
  description: "Parts joined by `/`, or an array of them. At least one is not empty.",
};
const until: Schema = {
  anyOf: [timeText, { type: "number", description: "Seconds since 1970." }],
  description: "When the mute ends: in the future, at most 366 days ahead.",
};
const muteOf = (name: "asset_key" | "prefix"): Schema => ({
  type: "object",
  properties: { [name]: key, until },
  required: [name, "until"],
  additionalProperties: false,
});

export const watchingOperations: Operations = (limits) => [
  {
    method: "GET",
    path: "/api/v1/freshness",
    scope: "read",
    operationId: "listFreshness",
    tags,
    summary: "List the freshness of assets and partitions that a policy watches",
    query: freshnessSchema(limits),
    responses: {
      ...ok("A page, by key and partition.", "SubjectPage", { subjects: [subjectExample], ...lastPage }),
      ...errors(400, 501, 503),
    },
  },
  {
    method: "GET",
    path,
    scope: "read",
    operationId: "listAlerts",
    tags,
    summary: "List alerts: what is late, and the checks that fail",
    query: alertsSchema(limits),
    responses: {
      ...ok("A page, newest first.", "AlertPage", { alerts: [alertExample], ...lastPage }),
      ...errors(400, 501, 503),
    },
  },
  {
    method: "GET",
    path: `${path}/mutes`,
    scope: "read",
    operationId: "listMutes",
    tags,
    summary: "List what is muted",
    responses: { ...ok("By key.", "MuteList", { mutes: [muteExample] }), ...errors(400, 501, 503) },
  },
  {
    method: "POST",
    path: `${path}/mute`,
    scope: "admin",
    operationId: "mute",
    tags,
    summary: "Mute an asset, or a key and all below it",
    description: "Nothing is sent of its alerts until then. They fire and are listed all the same.",
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { anyOf: [muteOf("asset_key"), muteOf("prefix")] },
          example: { asset_key: "s3/orders", until: muteExample.until },
        },
      },
    },
    responses: { ...ok("The mute.", "Mute", muteExample), ...errors(400, 408, 413, 415, 501, 503) },
  },
  {
    method: "DELETE",
    path: `${path}/mute`,
    scope: "admin",
    operationId: "unmute",
    tags,
    summary: "End a mute",
    description: "One of `asset_key` and `prefix` must be given, as in the mute.",
    query: unmuteSchema,
    responses: { ...ok("It is ended.", "Unmuted", { unmuted: true }), ...errors(400, 404, 501, 503) },
  },
  {
    method: "GET",
    path: `${path}/:id`,
    scope: "read",
    operationId: "getAlert",
    tags,
    summary: "Read one alert",
    parameters: [alertId],
    responses: { ...ok("The alert.", "Alert", alertExample), ...errors(400, 404, 501, 503) },
  },
  {
    method: "POST",
    path: `${path}/:id/close`,
    scope: "admin",
    operationId: "closeAlert",
    tags,
    summary: "Close an alert for good",
    description: "It opens again only for a new failure. For the alert of a check that no longer exists.",
    parameters: [alertId],
    responses: {
      ...ok("The alert, resolved.", "Alert", {
        ...alertExample,
        ...{ status: "resolved", resolved_at: "2026-11-24T09:00:00.000Z", reason: "closed" },
      }),
      ...errors(400, 404, 501, 503),
    },
  },
];
