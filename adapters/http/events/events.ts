import type { Context, Hono } from "hono";
import { formatEvent } from "../../../core/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { bodyKind } from "../body/body-kind.ts";
import { drainTimeout, openBody } from "../body/body-reader.ts";
import { refuse } from "../body/refuse.ts";
import type { Forwarder } from "../forwarder.ts";
import { HttpError } from "../http-error.ts";
import { jsonResponse } from "../json-response.ts";
import { offThread } from "../off-thread.ts";
import { noParameters, readQuery } from "../query-parameters.ts";
import { importEvents } from "../reports/import-events.ts";
import { postEvents } from "../reports/post-events.ts";
import { routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { streamEvents } from "./event-stream.ts";
import { readEventsQuery, readExportQuery, readStreamQuery } from "./events-query.ts";
import { exportEvents } from "./export-events.ts";
import { withoutIdleTimeout } from "./idle-timeout.ts";
import { prefersLines } from "./prefers-lines.ts";
import { outletFor, type Streaming } from "./streaming.ts";

export function eventRoutes(deps: AppDeps, shared: SharedLimits, streaming: Streaming): Hono<AppEnv> {
  const { config, closing, forwarder } = deps;
  const { pages, feeds } = streaming;
  const page = offThread(deps, (c) => answerPage(c, config.limits));
  return routes(deps)
    .get("/", "read", async (c, next) => {
      if (!prefersLines(c)) return page(c, next);
      const outlet = outletFor("transfer", c, shared, streaming);
      return exportEvents(c.get("log"), readExportQuery(c.req.url), pages, outlet);
    })
    .post("/", "report", async (c) => {
      const request = c.req.raw;
      try {
        readQuery(request.url, noParameters);
        if (bodyKind(request.headers) === "json") return await postEvents(c, deps, shared);
        return await withoutIdleTimeout(c.env?.disableIdleTimeout, () => {
          return forwarder === undefined ? importEvents(c, deps, shared) : forwardImport(c, forwarder, shared);
        });
      } catch (error) {
        if (request.bodyUsed) throw error;
        if (error instanceof HttpError) return refuse(request, error);
        // Bun would take a body that nobody read for the next request of its connection.
        await openBody(request.body).drain(drainTimeout);
        throw error;
      }
    })
    .get("/stream", "read", (c) => {
      const filter = readStreamQuery(c.req.url, c.req.raw.headers);
      const outlet = outletFor("stream", c, shared, streaming);
      return streamEvents(c.get("log"), filter, { pages, feeds, closing }, outlet);
    })
    .get(
      "/:id",
      "read",
      offThread(deps, async (c) => {
        readQuery(c.req.url, noParameters);
        const id = readId(c.req.param("id"));
        const event = await c.get("log").get(id);
        if (event === undefined) throw unknownEvent(id);
        return jsonResponse(formatEvent(event));
      }),
    )
    .delete("/:id", "admin", async (c) => {
      readQuery(c.req.url, noParameters);
      const id = readId(c.req.param("id"));
      const trace = await c.get("log").wipe({ eventId: id }, c.get("caller").name);
      if (trace === undefined) throw unknownEvent(id);
      return jsonResponse(`{"wiped":${formatEvent(trace)}}`);
    }).app;
}

async function answerPage(c: Context<AppEnv>, limits: Limits): Promise<Response> {
  const { filter, page } = readEventsQuery(c.req.url, limits);
  const { events, cursor, hasMore } = await c.get("log").query(filter, page);
  return jsonResponse(
    `{"events":[${events.map(formatEvent).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}}`,
  );
}

/** The other thread reads the body as it records it; the slot is one of this thread's. */
async function forwardImport(c: Context<AppEnv>, forwarder: Forwarder, { streams }: SharedLimits): Promise<Response> {
  const caller = c.get("caller");
  const leave = streams.enter("transfer", caller.name);
  try {
    const recheck = () => c.get("log").recheck();
    return await forwarder.answer(c.req.raw, { caller, recheck, body: c.req.raw.body });
  } finally {
    leave();
  }
}

function readId(text = ""): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(400, `An event's id is a whole number. Got ${JSON.stringify(text)}.`);
}

export function unknownEvent(id: number): HttpError {
  return new HttpError(404, `There is no event with the id ${id}.`);
}
