import { Hono } from "hono";
import { formatEvent } from "../../core/index.ts";
import type { AppDeps } from "./app-deps.ts";
import { readEventsQuery } from "./events-query.ts";
import { HttpError } from "./http-error.ts";
import { jsonResponse } from "./json-response.ts";
import { queryOf } from "./request-path.ts";

export function eventRoutes({ log, config }: AppDeps): Hono {
  return new Hono()
    .get("/", async (c) => {
      const { filter, page } = readEventsQuery(queryOf(c.req.url), config.limits);
      const { events, cursor, hasMore } = await log.query(filter, page);
      return jsonResponse(
        `{"events":[${events.map(formatEvent).join(",")}],"cursor":${JSON.stringify(cursor)},"has_more":${hasMore}}`,
      );
    })
    .get("/:id", async (c) => {
      const { id } = c.req.param();
      if (!/^\d{1,16}$/.test(id))
        throw new HttpError(400, `An event's id is a whole number. Got ${JSON.stringify(id)}.`);
      const event = await log.get(Number(id));
      if (event === undefined) throw new HttpError(404, `There is no event with the id ${id}.`);
      return jsonResponse(formatEvent(event));
    });
}
