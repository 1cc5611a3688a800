import type { Context, Hono } from "hono";
import * as v from "valibot";
import { parseId } from "../../../core/id.ts";
import { formatAssetKey } from "../../../core/index.ts";
import type { Alert, MuteName } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { drainTimeout, openBody, refuse } from "../body/body-reader.ts";
import { readBody } from "../body/read-body.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, noParameters, pageLimit, readQuery } from "../query-parameters.ts";
import { jsonResponse, listResponse, respond } from "../responses.ts";
import { offThread, type RouteDeps, routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { formatAlert, formatMute } from "./format-watching.ts";
import { readMute, readUnmute } from "./mute-request.ts";
import { ScopedWatching } from "./scoped-watching.ts";

export function alertsSchema(limits: Limits) {
  return v.strictObject({
    status: v.optional(v.picklist(["firing", "resolved"], "firing or resolved")),
    kind: v.optional(v.picklist(["freshness", "check"], "freshness or check")),
    asset_key: v.optional(assetKeyParameter),
    prefix: v.optional(assetKeyParameter),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}

/** A mute has a key and a time. In bytes. */
const mostOfMute = 65_536;

/** The routes of alerts and mutes. Requests that change something are answered by the thread that writes. */
export function alertRoutes(deps: RouteDeps, shared: SharedLimits): Hono<AppEnv> {
  const { now = Date.now } = deps;
  const scoped = (c: Context<AppEnv>) => new ScopedWatching(deps, c.get("caller"));
  return routes(deps)
    .get(
      "/",
      "read",
      offThread(deps, async (c) => {
        const query = readQuery(c.req.url, alertsSchema(deps.config.limits));
        const { status, kind, asset_key: assetKey, prefix, limit, cursor: from } = query;
        const page = await scoped(c).alerts({ status, kind, assetKey, prefix }, { limit, cursor: from });
        return listResponse("alerts", page.alerts.map(formatAlert), page);
      }),
    )
    .get(
      "/mutes",
      "read",
      offThread(deps, async (c) => {
        readQuery(c.req.url, noParameters);
        const mutes = await scoped(c).mutes();
        return jsonResponse(`{"mutes":[${mutes.map(formatMute).join(",")}]}`);
      }),
    )
    .post("/mute", "admin", async (c) => {
      const watching = scoped(c);
      const text = await muteText(c.req.raw, watching, deps.config.limits, shared);
      const { name, until } = readMute(text, now());
      return jsonResponse(formatMute(await watching.mute(name, until)));
    })
    .delete("/mute", "admin", async (c) => {
      const name = readUnmute(c.req.url);
      if (await scoped(c).unmute(name)) return respond({ unmuted: true });
      throw notMuted(name);
    })
    .get(
      // Digits alone, so that GET /mute is a 405.
      "/:id{[0-9]+}",
      "read",
      offThread(deps, async (c) => {
        readQuery(c.req.url, noParameters);
        const id = readId(c.req.param("id"));
        return found(id, await scoped(c).alert(id));
      }),
    )
    .post("/:id{[0-9]+}/close", "admin", async (c) => {
      const request = c.req.raw;
      const id = await beforeBody(request, () => {
        readQuery(request.url, noParameters);
        return readId(c.req.param("id"));
      });
      await openBody(request.body).drain(drainTimeout); // or it would become part of the next request
      return found(id, await scoped(c).closeAlert(id));
    }).app;
}

/** Reads the body of a mute. A request that can be refused without its body is refused before. */
async function muteText(
  request: Request,
  watching: ScopedWatching,
  limits: Limits,
  shared: SharedLimits,
): Promise<string> {
  await beforeBody(request, () => {
    readQuery(request.url, noParameters);
    assertJson(request.headers);
    watching.assertStored();
  });
  return readBody(request, { ...limits, bodyBytes: Math.min(limits.bodyBytes, mostOfMute) }, shared);
}

function notMuted({ assetKey, prefix }: MuteName): HttpError {
  const what = assetKey === undefined ? `The prefix ${formatAssetKey(prefix)}` : formatAssetKey(assetKey);
  return new HttpError(404, `${what} is not muted. /api/v1/alerts/mutes lists what is.`);
}

/** Checks a request before its body is read. If it is refused, the body is drained. */
async function beforeBody<Value>(request: Request, check: () => Value): Promise<Value> {
  try {
    return check();
  } catch (error) {
    if (error instanceof HttpError) return refuse(request, error);
    throw error;
  }
}

function assertJson(headers: Headers): void {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "application/json";
  if (type === "application/json") return;
  throw new HttpError(415, `Send a mute as application/json. Got ${JSON.stringify(type.slice(0, 200))}.`);
}

function found(id: number, alert: Alert | undefined): Response {
  if (alert !== undefined) return jsonResponse(formatAlert(alert));
  throw new HttpError(404, `There is no alert with the id ${id}.`);
}

function readId(text: string | undefined = ""): number {
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new HttpError(400, `An alert's id is a whole number. Got ${JSON.stringify(text.slice(0, 200))}.`);
}
