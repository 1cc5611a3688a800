import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { parseId } from "../../../core/id.ts";
import { formatEvent } from "../../../core/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { drainTimeout, openBody, refuse } from "../body/body-reader.ts";
import { bodyKind } from "../body/read-body.ts";
import type { Forwarder } from "../forwarder.ts";
import { HttpError } from "../http-error.ts";
import { noParameters, readQuery } from "../query-parameters.ts";
import { importEvents } from "../reports/import-events.ts";
import { postEvents } from "../reports/post-events.ts";
import { jsonResponse, listResponse, respond } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { withoutIdleTimeout } from "./byte-stream.ts";
import { formatReported } from "./event-pages.ts";
import { streamEvents } from "./event-stream.ts";
import { readEventsQuery, readExportQuery, readStreamQuery } from "./events-query.ts";
import { exportEvents } from "./export-events.ts";
import { readReported, showsReporters } from "./reporters.ts";
import { outletFor, type Streaming } from "./streaming.ts";

export function eventRoutes(deps: RouteDeps, shared: SharedLimits, streaming: Streaming): Hono<AppEnv> {
  const { config, closing, forwarder } = deps;
  const { pages, feeds } = streaming;
  const page = offThread(deps, (c) => answerPage(c, config.limits));
  return routes(deps)
    .get("/", "read", async (c, next) => {
      if (!prefersLines(c)) return page(c, next);
      const outlet = outletFor("transfer", c, shared, streaming);
      return exportEvents(c.get("log"), readExportQuery(c.req.url, c.get("caller")), pages, outlet);
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
      const reporters = showsReporters(c.get("caller"));
      return streamEvents(c.get("log"), filter, { pages, feeds, closing, reporters }, outlet);
    })
    .get(
      "/:id",
      "read",
      offThread(deps, async (c) => {
        readQuery(c.req.url, noParameters);
        const id = readId(c.req.param("id"));
        const found = await readReported(c.get("log"), id, c.get("caller"));
        if (found === undefined) throw unknownEvent(id);
        return jsonResponse(formatReported(found));
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
  const { filter, page: asked, reporters } = readEventsQuery(c.req.url, limits, c.get("caller"));
  const page = await c.get("log").query(filter, asked);
  const texts = page.events.map((event) =>
    formatReported({ event, reporter: reporters ? page.reporters?.get(event.id) : undefined }),
  );
  return listResponse("events", texts, page);
}

/** The other thread pulls the body as it records it. The slot is taken on this thread. */
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
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new HttpError(400, `An event's id is a whole number. Got ${JSON.stringify(text)}.`);
}

export function unknownEvent(id: number): HttpError {
  return new HttpError(404, `There is no event with the id ${id}.`);
}

const [json, lines] = ["application/json", "application/x-ndjson"] as const;

/** Whether the client names NDJSON in Accept, and prefers it to JSON or likes both equally. */
function prefersLines(c: Context): boolean {
  const chosen = accepts(c, {
    header: "Accept",
    supports: [json, lines],
    default: json,
    // Hono's default matcher ranks equals by their order, and ignores */*.
    match: (ranges) => {
      const quality = (type: string) => ranges.find((range) => range.type.toLowerCase() === type)?.q;
      const forLines = quality(lines) ?? 0;
      const forJson = quality(json) ?? quality("application/*") ?? quality("*/*") ?? 0;
      return forLines > 0 && forLines >= forJson ? lines : json;
    },
  });
  return chosen === lines;
}

/** The id of the log. An import recognises events of its own log by it. */
export function logRoutes(deps: RouteDeps): Hono<AppEnv> {
  const handler = offThread(deps, async (c) => {
    readQuery(c.req.url, noParameters);
    return respond({ log_id: await c.get("log").id() });
  });
  return routes(deps).get("/", "read", handler).app;
}
