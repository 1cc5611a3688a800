import { Hono } from "hono";
import { compress } from "hono/compress";
import type { AppDeps, AppEnv } from "../http/app-deps.ts";
import { errorResponse } from "../http/error-response.ts";
import { newestId } from "../http/event-walk.ts";
import { readExportQuery } from "../http/events-query.ts";
import { exportEvents } from "../http/export-events.ts";
import { HttpError } from "../http/http-error.ts";
import { saidIn } from "./page-query.ts";
import type { PageName } from "./pages.ts";
import { staticResponse } from "./static-files.ts";
import { everybody, type Viewer, visiblePrefix } from "./viewer.ts";

/** The pages for people. What makes them is loaded when somebody asks first. */
export function webRoutes({ log, config, now = Date.now }: AppDeps): Hono<AppEnv> {
  const viewerOf = (_request: Request): Viewer => everybody;
  const answer = async (name: PageName, request: Request) => {
    const { answerPage } = await import("./pages.ts");
    const { url } = request;
    const viewer = viewerOf(request);
    return answerPage(name, { url, log, limits: config.limits, viewer, newestId: await newestId(log), now: now() });
  };
  return new Hono<AppEnv>()
    .get("/", compress(), (c) => answer("catalog", c.req.raw))
    .get("/assets/*", compress(), (c) => answer("asset", c.req.raw))
    .get("/events", compress(), (c) => answer("events", c.req.raw))
    .get("/events/export", (c) => {
      const query = readExportQuery(`/?${saidIn(c.req.url)}`);
      const prefix = visiblePrefix(viewerOf(c.req.raw), query.filter.prefix);
      c.env?.keepOpen?.();
      return exportEvents(log, { ...query, filter: { ...query.filter, prefix } });
    })
    .get("/checks", compress(), (c) => answer("checks", c.req.raw))
    .get("/static/:version/:name", compress(), (c) => {
      const { version, name } = c.req.param();
      const response = staticResponse(version, name);
      if (response === undefined) throw new HttpError(404, `There is nothing at ${c.req.path}.`);
      return response;
    })
    .onError(async (error) => {
      const { answerError } = await import("./pages.ts");
      const response = errorResponse(error);
      const { error: message } = (await response.json()) as { readonly error: string }; // as every error of ours
      return answerError(response.status, message);
    });
}
