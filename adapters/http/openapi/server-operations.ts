import { errors, type Operations, ok, schemaRef } from "./operation.ts";

const tags = ["Server"];

export const serverOperations: Operations = () => [
  {
    method: "GET",
    path: "/api/v1/log",
    operationId: "getLog",
    tags,
    summary: "Which log this is",
    description: "An import knows by it the events that this log exported.",
    responses: { ...ok("The log.", "Log", { log_id: "5f0c1c9e" }), ...errors(400, 503) },
  },
  {
    method: "GET",
    path: "/health",
    operationId: "getHealth",
    tags,
    summary: "Whether the server lives",
    responses: ok("It does.", "Health", { status: "ok" }),
  },
  {
    method: "GET",
    path: "/ready",
    operationId: "getReady",
    tags,
    summary: "Whether requests should be sent here",
    responses: {
      ...ok("Yes.", "Ready", { ready: true }),
      503: {
        description: "Not now: it is shutting down, or can't read its log.",
        content: {
          "application/json": {
            schema: { anyOf: [schemaRef("Ready"), schemaRef("Error")] },
            example: { ready: false, reason: "The server is shutting down." },
          },
        },
      },
    },
  },
  {
    method: "GET",
    path: "/openapi.json",
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
