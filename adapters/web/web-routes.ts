import { type Context, type Handler, Hono } from "hono";
import { formatAssetKey } from "../../core/index.ts";
import type { SendStore } from "../../storage/index.ts";
import type { AppEnv } from "../http/app-deps.ts";
import { assetSchema } from "../http/assets/assets.ts";
import { compressed, encodingFor } from "../http/body/answer-encoding.ts";
import { ScopedDefinitions } from "../http/definitions/scoped-definitions.ts";
import { newestId } from "../http/events/event-pages.ts";
import type { Streaming } from "../http/events/streaming.ts";
import { HttpError } from "../http/http-error.ts";
import { readQuery } from "../http/query-parameters.ts";
import { offThread, type RouteDeps, routes } from "../http/routes.ts";
import type { SharedLimits } from "../http/shared-limits.ts";
import { ScopedWatching } from "../http/watching/scoped-watching.ts";
import { answerError, seeOther } from "./answer-error.ts";
import { fileRoutes } from "./file-routes.ts";
import { PageWatching } from "./page/page-watching.ts";
import { staticResponse } from "./page/static-files.ts";
import type { PageName } from "./pages.tsx";
import { wipeWord } from "./parts/asset-path.ts";
import { pageSecret } from "./sign-in/session.ts";
import { localPath, readForm, signInRoutes } from "./sign-in-routes.ts";

/** The routes of the pages. The code that renders them is loaded with the first request. */
export function webRoutes(deps: RouteDeps, shared: SharedLimits, streaming: Streaming): Hono<AppEnv> {
  const { log, config, now = Date.now } = deps;
  const { limits } = config;

  const render = async (name: PageName, c: Context<AppEnv>, sending?: SendStore) => {
    const { answerPage } = await import("./pages.tsx");
    const caller = c.get("caller");
    const definitions = new ScopedDefinitions(deps, caller);
    const watching = new PageWatching(deps, caller);
    const context = { url: c.req.raw.url, log: c.get("log"), definitions, watching, sending, caller, limits };
    const isStyled = c.req.header("sec-fetch-dest") !== "empty";
    return answerPage(name, { ...context, isStyled, newestId: await newestId(log), now: now() });
  };
  const page = (name: PageName): Handler<AppEnv> => offThread(deps, (c) => render(name, c));
  const sendingOf = (c: Context<AppEnv>) => {
    if (c.get("caller").prefix === null) return deps.sending;
    throw new HttpError(403, "Destinations are told of every asset: sign in with an admin token without a prefix.");
  };

  const pages = routes(deps, { readSecret: pageSecret, answerError })
    .get("/", "read", page("catalog"))
    .get("/assets/*", "read", page("asset"))
    .get("/events", "read", page("events"))
    .get("/events/:id", "read", page("event"))
    .get("/checks", "read", page("checks"))
    .get("/alerts", "read", page("alerts"))
    .post("/alerts", "admin", async (c) => {
      const form = await readForm(c.req.raw, limits, shared);
      const watching = new ScopedWatching(deps, c.get("caller"));
      watching.assertStored();
      const { changeAlerts } = await import("./alerts/change-alerts.ts");
      await changeAlerts(form, watching, now());
      return seeOther(localPath(form.get("next") ?? "/alerts"));
    })
    // On the thread that writes, which alone has what is asked of destinations.
    .get("/destinations", "admin", (c) => render("destinations", c, sendingOf(c)))
    .post("/destinations", "admin", async (c) => {
      const form = await readForm(c.req.raw, limits, shared);
      const sending = sendingOf(c);
      if (sending === undefined) throw new HttpError(501, "This server keeps no destinations.");
      const { changeDestinations } = await import("./destinations/change-destinations.ts");
      await changeDestinations(form, sending);
      return seeOther("/destinations");
    })
    .post("/wipe", "admin", async (c) => {
      const { asset_key: assetKey } = readQuery(c.req.raw.url, assetSchema);
      const form = await readForm(c.req.raw, limits, shared);
      const word = wipeWord(assetKey);
      if (form.get("word")?.trim() !== word) {
        throw new HttpError(400, `Nothing was wiped: what was typed is not ${word}. Go back and type that.`);
      }
      const trace = await c.get("log").wipe({ assetKey }, c.get("caller").name);
      if (trace === undefined) throw new HttpError(404, `There is no asset ${formatAssetKey(assetKey)} any more.`);
      return seeOther("/");
    })
    .get("/static/:version/:name", "nothing", async (c) => {
      const { version = "", name = "" } = c.req.param();
      const response = await staticResponse(version, name, encodingFor(c));
      if (response === undefined) throw new HttpError(404, `There is nothing at ${c.req.path}.`);
      return response;
    }).app;

  // Streams and exports are not compressed: they are matched before the middleware that does.
  const app = new Hono<AppEnv>().route("/", fileRoutes(deps, shared, streaming));
  // A page that another thread renders is compressed there.
  const rendered =
    deps.forwarder === undefined ? ["/", "/assets/*", "/events", "/events/:id", "/checks", "/alerts"] : [];
  for (const path of [...rendered, "/destinations", "/static/*"]) app.use(path, compressed);
  return app.route("/", signInRoutes(deps, shared)).route("/", pages);
}
