import { errors, type Operations, ok, schemaRef } from "./operation.ts";

const tags = ["Server"];

const healthHeaders = {
  runless: { description: "The version of runless, by which it is known.", schema: { type: "string" as const } },
};

export const serverOperations: Operations = () => [
  {
    method: "GET",
    path: "/api/v1/log",
    scope: "read",
    operationId: "getLog",
    tags,
    summary: "Which log this is",
    description: "An import knows by it the events that this log exported.",
    responses: { ...ok("The log.", "Log", { log_id: "5f0c1c9e" }), ...errors(400, 503) },
  },
  {
    method: "GET",
    path: "/health",
    scope: "nothing",
    operationId: "getHealth",
    tags,
    summary: "Whether the server lives",
    responses: ok("It does.", "Health", { status: "ok" }, healthHeaders),
  },
  {
    method: "GET",
    path: "/ready",
    scope: "nothing",
    operationId: "getReady",
    tags,
    summary: "Whether requests should be sent here",
    responses: {
      ...ok("Yes.", "Ready", { ready: true }),
      503: {
        description: "Not now, and why: it starts or ends, too much is reported, or its database can't be used.",
        content: {
          "application/json": {
            schema: schemaRef("Ready"),
            example: { ready: false, reason: "The server is shutting down." },
          },
        },
      },
    },
  },
  {
    method: "GET",
    path: "/metrics",
    scope: "read",
    operationId: "getMetrics",
    tags,
    summary: "Metrics for Prometheus",
    responses: {
      200: {
        description: "In Prometheus' text format.",
        content: { "text/plain": { schema: { type: "string" }, example: "runless_assets 42\n" } },
      },
      ...errors(503),
    },
  },
  {
    method: "GET",
    path: "/openapi.json",
    scope: "nothing",
    operationId: "getOpenApi",
    tags,
    summary: "This document",
    responses: {
      200: {
        description: "OpenAPI 3.1.",
        content: { "application/json": { schema: { type: "object" }, example: { openapi: "3.1.0" } } },
      },
    },
  },
  {
    method: "GET",
    path: "/docs",
    scope: "nothing",
    operationId: "getDocs",
    tags,
    summary: "This document, to be read",
    responses: {
      200: {
        description: "A page without scripts.",
        content: { "text/html": { schema: { type: "string" }, example: "<!doctype html>…" } },
      },
    },
  },
];
