import type { Context, Hono } from "hono";
import * as v from "valibot";
import { deliveryStatuses } from "../../../core/destinations/delivery.ts";
import type { SendRequest, SendStore } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { drainTimeout, openBody } from "../body/body-reader.ts";
import { HttpError } from "../http-error.ts";
import { noParameters, pageLimit, readQuery } from "../query-parameters.ts";
import { jsonResponse, respond } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";
import { formatDelivery, formatDestination } from "./format-destinations.ts";

export function deliveriesSchema(limits: Limits) {
  return v.strictObject({
    destination: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "the name of a destination"))),
    status: v.optional(v.pipe(v.picklist(deliveryStatuses, deliveryStatuses.join(", ")), v.examples(["dead"]))),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

const flag = v.optional(v.picklist(["true", "false"], "true or false"));

export const replaySchema = v.strictObject({
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/, "the id of an event"))),
  firing: flag,
  new_ids: flag,
});

/**
 * What destinations are told. All of it is for tokens without a prefix: deliveries are of any asset. What is asked for goes
 * through the database, to whichever server sends.
 */
export function destinationRoutes(deps: RouteDeps): Hono<AppEnv> {
  const stored = (c: Context<AppEnv>): SendStore => {
    if (c.get("caller").prefix !== null) {
      throw new HttpError(403, "Destinations are told of every asset: use an admin token without a prefix.");
    }
    if (deps.sending !== undefined) return deps.sending;
    throw new HttpError(501, "This server keeps no destinations: its stores have no `sending`.");
  };
  return routes(deps)
    .get("/", "admin", async (c) => {
      readQuery(c.req.url, noParameters);
      const sending = stored(c);
      const [rows, counts, lease] = await Promise.all([
        sending.destinations(),
        sending.deliveryCounts(),
        sending.lease(),
      ]);
      const list = rows.map((row) => formatDestination(row, counts)).join(",");
      return jsonResponse(`{"destinations":[${list}],"is_sending":${lease.holder !== null}}`);
    })
    .get("/deliveries", "admin", async (c) => {
      const { destination, status, limit, cursor: from } = readQuery(c.req.url, deliveriesSchema(deps.config.limits));
      const page = await stored(c).deliveries({ destination, status }, { limit, cursor: from });
      const list = page.deliveries.map(formatDelivery).join(",");
      return jsonResponse(
        `{"deliveries":[${list}],"cursor":${JSON.stringify(page.cursor)},"has_more":${page.hasMore}}`,
      );
    })
    .post("/deliveries/:id{[0-9]+}/redeliver", "admin", (c) => askOfDelivery(c, stored(c), "redeliver"))
    .post("/deliveries/:id{[0-9]+}/drop", "admin", (c) => askOfDelivery(c, stored(c), "drop"))
    .post("/:name/pause", "admin", (c) => askPlainly(c, stored(c), "pause"))
    .post("/:name/resume", "admin", (c) => askPlainly(c, stored(c), "resume"))
    .post("/:name/test", "admin", (c) => askPlainly(c, stored(c), "test"))
    .post("/:name/replay", "admin", async (c) => {
      const { after, firing, new_ids: newIds } = readQuery(c.req.url, replaySchema);
      if ((after === undefined) === (firing !== "true")) {
        throw new HttpError(400, "Say what is sent once more: after=<id> for the events after one, or firing=true.");
      }
      const what = firing === "true" ? "firing" : "events";
      const option = newIds === "true" ? `${what}:new-ids` : what;
      return askOf(c, stored(c), { action: "replay", argument: after === undefined ? null : Number(after), option });
    }).app;
}

async function askOfDelivery(c: Context<AppEnv>, sending: SendStore, action: "redeliver" | "drop"): Promise<Response> {
  readQuery(c.req.url, noParameters);
  const id = Number(c.req.param("id"));
  const delivery = Number.isSafeInteger(id) ? await sending.delivery(id) : undefined;
  if (delivery === undefined) throw new HttpError(404, `There is no delivery with the id ${id}.`);
  return ask(c, sending, { action, destination: delivery.destination, argument: id, option: null });
}

function askPlainly(c: Context<AppEnv>, sending: SendStore, action: "pause" | "resume" | "test"): Promise<Response> {
  readQuery(c.req.url, noParameters);
  return askOf(c, sending, { action, argument: null, option: null });
}

async function askOf(
  c: Context<AppEnv>,
  sending: SendStore,
  request: Omit<SendRequest, "id" | "destination">,
): Promise<Response> {
  const name = c.req.param("name") ?? "";
  const found = (await sending.destinations()).find((row) => row.name === name && row.leftAt === null);
  if (found !== undefined) return ask(c, sending, { ...request, destination: name });
  throw new HttpError(404, `There is no destination ${JSON.stringify(name.slice(0, 100))} in the file of the server.`);
}

async function ask(c: Context<AppEnv>, sending: SendStore, request: Omit<SendRequest, "id">): Promise<Response> {
  await openBody(c.req.raw.body).drain(drainTimeout); // it says nothing, and is no part of the next request
  await sending.request(request);
  return respond({ requested: request.action, destination: request.destination });
}
