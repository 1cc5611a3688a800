import type { Hono } from "hono";
import type { AppEnv } from "../app-deps.ts";
import { encoded } from "../body/answer-encoding.ts";
import { jsonResponse } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";

/** The OpenAPI document and the reference page. They are made with the first request. */
export function documentationRoutes(deps: RouteDeps): Hono<AppEnv> {
  const make = async () => {
    const [{ openApiDocument }, { referencePage }] = await Promise.all([
      import("./document.ts"),
      import("./reference-page.ts"),
    ]);
    const document = await openApiDocument(deps.config.limits);
    return { json: JSON.stringify(document), page: referencePage(document) };
  };
  let made: ReturnType<typeof make> | undefined;
  const documentation = () => {
    made ??= make();
    return made;
  };
  return routes(deps)
    .get("/openapi.json", "nothing", async (c) => encoded(c, jsonResponse((await documentation()).json)))
    .get("/docs", "nothing", async (c) => {
      const { html, headers } = (await documentation()).page;
      return encoded(c, new Response(html, { headers: { ...headers } }));
    }).app;
}
