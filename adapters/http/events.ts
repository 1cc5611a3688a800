import { Hono } from "hono";
import { formatEvent } from "../../core/index.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { bodyKind } from "./body-kind.ts";
import { drainPatience, openBody } from "./body-reader.ts";
import { streamEvents } from "./event-stream.ts";
import { readEventsQuery, readExportQuery, readStreamQuery } from "./events-query.ts";
import { exportEvents } from "./export-events.ts";
import { HttpError } from "./http-error.ts";
import { importEvents } from "./import-events.ts";
import { jsonResponse } from "./json-response.ts";
import { postEvents } from "./post-events.ts";
import { noParameters, readQuery } from "./query-parameters.ts";

export function eventRoutes(deps: AppDeps): Hono<AppEnv> {
  const { log, config } = deps;
  return new Hono<AppEnv>()
    .get("/", async (c) => {
      if (/\bapplication\/x-ndjson\b/i.test(c.req.header("accept") ?? "")) {
        const query = readExportQuery(c.req.url);
        c.env?.keepOpen?.();
        return exportEvents(log, query);
      }
      const { filter, page } = readEventsQuery(c.req.url, config.limits);
      const { events, cursor, hasMore } = await log.query(filter, page);
      return jsonResponse(
        `{"events":[${events.map(formatEvent).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}}`,
      );
    })
    .post("/", async (c) => {
      const request = c.req.raw;
      try {
        readQuery(request.url, noParameters);
        if (bodyKind(request.headers) === "json") return await postEvents(request, deps);
        c.env?.keepOpen?.();
        return await importEvents(request, deps);
      } catch (error) {
        // Bun would take a body that nobody read for the next request of its connection.
        if (!request.bodyUsed) await openBody(request.body).drain(drainPatience);
        throw error;
      }
    })
    .get("/stream", (c) => {
      const filter = readStreamQuery(c.req.url, c.req.raw.headers);
      c.env?.keepOpen?.();
      return streamEvents(filter, deps);
    })
    .get("/:id", async (c) => {
      readQuery(c.req.url, noParameters);
      const id = readId(c.req.param("id"));
      const event = await log.get(id);
      if (event === undefined) throw unknownEvent(id);
      return jsonResponse(formatEvent(event));
    })
    .delete("/:id", async (c) => {
      readQuery(c.req.url, noParameters);
      const id = readId(c.req.param("id"));
      const trace = await log.wipe({ eventId: id }, null);
      if (trace === undefined) throw unknownEvent(id);
      return jsonResponse(`{"wiped":${formatEvent(trace)}}`);
    });
}

function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(400, `An event's id is a whole number. Got ${JSON.stringify(text)}.`);
}

function unknownEvent(id: number): HttpError {
  return new HttpError(404, `There is no event with the id ${id}.`);
}
