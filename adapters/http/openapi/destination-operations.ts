import { deliveryStatuses, messageTypes } from "../../../core/destinations/delivery.ts";
import { deliveriesSchema, replaySchema } from "../destinations/destinations.ts";
import { count, id, object, page, text, textOrNull, time, timeOrNull } from "./answers.ts";
import { errors, type Operations, ok, type Parameter, type Schema, schemaRef } from "./operation.ts";

const path = "/api/v1/destinations";
const tags = ["Destinations"];

const destinationExample = {
  ...{ name: "data-chat", type: "slack", status: "active", reason: null, failures: 0, retry_at: null },
  ...{ event_cursor: 1042, pending: 0, oldest_at: null, held: 0, dead: 0, parked: 0, pruned_events: 0, left_at: null },
};
const deliveryExample = {
  ...{ id: 7, destination: "data-chat", message_id: "9f86d081884c7d65", type: "alert.firing", event_id: null },
  ...{ status: "delivered", attempts: 1, created_at: "2026-11-24T06:00:00.000Z", next_at: null },
  ...{ ended_at: "2026-11-24T06:00:30.000Z", answer: "200: ok" },
};

const name: Parameter = {
  ...{ name: "name", in: "path", required: true, example: "data-chat" },
  schema: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$" },
};
const deliveryId: Parameter = {
  ...{ name: "id", in: "path", required: true, example: 7 },
  schema: { type: "integer", minimum: 0, maximum: 1e15 - 1 },
};

/** The schemas of what destinations are told. */
export const destinationSchemas: Record<string, Schema> = {
  Destination: object({
    name: text,
    type: text,
    status: { type: "string", enum: ["active", "paused", "disabled", "blocked", "left"] },
    reason: { ...textOrNull, description: "Why it is not active, or what failed last." },
    failures: { ...count, description: "Attempts that failed one after the other." },
    retry_at: { ...timeOrNull, description: "Nothing is sent before." },
    event_cursor: { ...count, description: "The id of the last event that was looked at." },
    pending: count,
    oldest_at: timeOrNull,
    held: { ...count, description: "About alerts that are muted, or that opened silently." },
    dead: { ...count, description: "Given up, and kept for 30 days." },
    parked: count,
    pruned_events: { ...count, description: "Events that retention deleted before they were looked at." },
    left_at: { ...timeOrNull, description: "Since when it is not in the file." },
  }),
  DestinationList: object({
    destinations: { type: "array", items: schemaRef("Destination") },
    is_sending: { type: "boolean", description: "Whether a server tells destinations now." },
  }),
  Delivery: object({
    id,
    destination: text,
    message_id: text,
    type: { type: "string", enum: [...messageTypes] },
    event_id: { type: ["integer", "null"], minimum: 1 },
    status: { type: "string", enum: [...deliveryStatuses] },
    attempts: count,
    created_at: time,
    next_at: timeOrNull,
    ended_at: timeOrNull,
    answer: { ...textOrNull, description: "The last answer, or why there was none." },
  }),
  DeliveryPage: page("deliveries", schemaRef("Delivery")),
  DestinationRequested: object({ requested: text, destination: text }),
};

const requested = (action: string) => ({
  ...ok("It is asked for: the server that sends does it within a second.", "DestinationRequested", {
    ...{ requested: action, destination: "data-chat" },
  }),
  ...errors(400, 404, 501, 503),
});

export const destinationOperations: Operations = (limits) => [
  {
    ...{ method: "GET", path, scope: "admin", operationId: "listDestinations", tags },
    summary: "List destinations, and how far each is told",
    responses: {
      ...ok("By name.", "DestinationList", { destinations: [destinationExample], is_sending: true }),
      ...errors(400, 501, 503),
    },
  },
  {
    ...{ method: "GET", path: `${path}/deliveries`, scope: "admin", operationId: "listDeliveries", tags },
    summary: "List messages to destinations, and what became of them",
    query: deliveriesSchema(limits),
    responses: {
      ...ok("A page, newest first.", "DeliveryPage", { deliveries: [deliveryExample], cursor: null, has_more: false }),
      ...errors(400, 501, 503),
    },
  },
  ...(["redeliver", "drop"] as const).map((action) => ({
    ...{ method: "POST" as const, path: `${path}/deliveries/:id/${action}`, scope: "admin" as const, tags },
    operationId: `${action}Delivery`,
    summary: action === "drop" ? "Give a message up that is to be sent" : "Send a message once more, under its id",
    parameters: [deliveryId],
    responses: requested(action),
  })),
  ...(["pause", "resume", "test"] as const).map((action) => ({
    ...{ method: "POST" as const, path: `${path}/:name/${action}`, scope: "admin" as const, tags },
    operationId: `${action}Destination`,
    summary: {
      pause: "Send nothing to a destination until it is resumed",
      resume: "Send to a destination again",
      test: "Send a test to a destination",
    }[action],
    parameters: [name],
    responses: requested(action),
  })),
  {
    ...{ method: "POST", path: `${path}/:name/replay`, scope: "admin", operationId: "replayDestination", tags },
    summary: "Send the events after one, or all alerts that fire, once more",
    description:
      "One of `after` and `firing` must be given. `new_ids=true` gives the messages other ids than they had.",
    parameters: [name],
    query: replaySchema,
    responses: requested("replay"),
  },
];
