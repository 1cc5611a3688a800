// Reports as a part of a Hono app: each team reports below its own name, and reads what it reported last.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type RunlessApi, RunlessInstance } from "runless";
import { safeParseReport } from "runless/core";

/** POST /teams/warehouse/report_asset_materialization/warehouse/orders, GET /teams/warehouse/latest/orders. */
export function createTeamApp(instance: RunlessApi): Hono {
  const app = new Hono();

  app.post("/teams/:team/*", async (c) => {
    // Dagster's rules for the body, the query and the path, wherever that is mounted.
    const report = safeParseReport({
      url: c.req.url,
      query: new URL(c.req.url).searchParams,
      body: await c.req.text(),
      contentType: c.req.header("content-type"),
    });
    if (!report.success) return c.json({ error: report.error.message, code: report.error.code }, 400);
    const { event } = report;
    const team = c.req.param("team");
    if (event.assetKey[0] !== team) return c.json({ error: `Assets of this team begin with ${team}/.` }, 403);
    const idempotencyKey = c.req.header("idempotency-key");
    // Resolves once it is on disk.
    return c.json(await instance.reportRunlessAssetEvent(event, { idempotencyKey }));
  });

  app.get("/teams/:team/latest/:name", async (c) => {
    const latest = await instance.getLatestMaterializationEvent([c.req.param("team"), c.req.param("name")]);
    return latest === undefined ? c.notFound() : c.json({ id: latest.id, at: new Date(latest.timestamp) });
  });

  return app;
}

if (import.meta.main) {
  const app = createTeamApp(await RunlessInstance.get()); // RUNLESS_DATABASE_URL, or file:runless.db
  const port = Number(process.env.PORT ?? 3000);
  serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address) => {
    console.log(`listening on http://127.0.0.1:${address.port}`);
  });
}
