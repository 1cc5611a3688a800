// A Bun server of one's own: all of runless at its paths, and a route that reads the same log.
import { createApp } from "runless/http";
import { openEventLog } from "runless/storage";

const log = await openEventLog({ url: process.env.RUNLESS_DATABASE_URL ?? "file:runless.db" });
const closing = new AbortController();
const app = createApp({
  log,
  config: { limits: { bodyBytes: 1_000_000 } },
  browser: { corsOrigins: [], hosts: () => [] }, // asked as localhost or as an address, and under no other name
  closing: closing.signal, // ends streams when it aborts
});

/** How many hours old the data of an asset is. */
async function age(request: Bun.BunRequest<"/age/:group/:name">): Promise<Response> {
  const { group, name } = request.params;
  const asset = await log.asset([group, name]);
  const latest = asset?.latestMaterialization;
  if (!latest) return Response.json({ error: `${group}/${name} was never materialized.` }, { status: 404 });
  return Response.json({ hours: (Date.now() - latest.timestamp) / 3_600_000 });
}

const server = Bun.serve({
  hostname: "127.0.0.1", // without it, Bun listens for other machines too
  port: Number(process.env.PORT ?? 3000),
  development: false, // else Bun answers an error with its stack trace
  routes: { "/age/:group/:name": age },
  fetch: (request, server) =>
    app.fetch(request, {
      // Bun ends a connection that is quiet for 10 seconds, as streams of events are.
      disableIdleTimeout: () => {
        server.timeout(request, 0);
        return () => server.timeout(request, 10);
      },
    }),
});
console.log(`listening on ${server.url.origin}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    closing.abort();
    await server.stop(); // answers what it has accepted
    await log.close(); // and leaves one whole file
  });
}
