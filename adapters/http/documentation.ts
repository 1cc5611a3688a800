import { Hono } from "hono";
import type { AppDeps } from "./app-deps.ts";
import { jsonResponse } from "./json-response.ts";

/** The description of this API, for programs and for people. It is made when somebody asks first. */
export function documentationRoutes({ config: { limits } }: AppDeps): Hono {
  const make = async () => {
    const [{ openApiDocument }, { referencePage }] = await Promise.all([
      import("./openapi/document.ts"),
      import("./openapi/reference-page.ts"),
    ]);
    const document = await openApiDocument(limits);
    return { json: JSON.stringify(document), page: referencePage(document) };
  };
  let made: ReturnType<typeof make> | undefined;
  const documentation = () => {
    made ??= make();
    return made;
  };
  return new Hono()
    .get("/openapi.json", async () => jsonResponse((await documentation()).json))
    .get("/docs", async () => {
      const { html, headers } = (await documentation()).page;
      return new Response(html, { headers: { ...headers } });
    });
}
