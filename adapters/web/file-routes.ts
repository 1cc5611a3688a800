import type { Hono } from "hono";
import * as v from "valibot";
import type { AppEnv } from "../http/app-deps.ts";
import { assetSchema, readFormattedAsset } from "../http/assets/assets.ts";
import { formatReported } from "../http/events/event-pages.ts";
import { streamEvents } from "../http/events/event-stream.ts";
import { unknownEvent } from "../http/events/events.ts";
import { readExportQuery, readStreamQuery } from "../http/events/events-query.ts";
import { exportEvents } from "../http/events/export-events.ts";
import { readReported, showsReporters } from "../http/events/reporters.ts";
import { outletFor, type Streaming } from "../http/events/streaming.ts";
import { eventIdParameter, readQuery } from "../http/query-parameters.ts";
import { jsonResponse } from "../http/responses.ts";
import { offThread, type RouteDeps, routes } from "../http/routes.ts";
import type { SharedLimits } from "../http/shared-limits.ts";
import { givenParameters } from "./parts/page-query.ts";
import { pageSecret } from "./sign-in/session.ts";

const eventSchema = v.strictObject({ id: eventIdParameter });

/** Streams, exports and JSON for pages. They are those of the API, for callers who signed in. */
export function fileRoutes(deps: RouteDeps, shared: SharedLimits, streaming: Streaming): Hono<AppEnv> {
  const { pages, feeds } = streaming;
  const { closing } = deps;
  return routes(deps, { readSecret: pageSecret })
    .get("/events/stream", "read", (c) => {
      const filter = readStreamQuery(c.req.url, c.req.raw.headers);
      const outlet = outletFor("stream", c, shared, streaming);
      const reporters = showsReporters(c.get("caller"));
      return streamEvents(c.get("log"), filter, { pages, feeds, closing, reporters }, outlet);
    })
    .get("/events/export", "read", (c) => {
      const query = readExportQuery(`/?${givenParameters(c.req.url)}`, c.get("caller"));
      return exportEvents(c.get("log"), query, pages, outletFor("transfer", c, shared, streaming));
    })
    .get(
      "/asset.json",
      "read",
      offThread(deps, async (c) => {
        const key = readQuery(c.req.url, assetSchema).asset_key;
        return jsonResponse(await readFormattedAsset(c, deps, key));
      }),
    )
    .get(
      "/event.json",
      "read",
      offThread(deps, async (c) => {
        const { id } = readQuery(c.req.url, eventSchema);
        const found = await readReported(c.get("log"), id, c.get("caller"));
        if (found === undefined) throw unknownEvent(id);
        return jsonResponse(formatReported(found));
      }),
    ).app;
}
