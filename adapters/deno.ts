import { errorResponse } from "./http/error-response.ts";
import { HttpError } from "./http/http-error.ts";
import { runServer } from "./run-server.ts";

/** What is used of Deno. The types that it has claim the same names as Bun's. */
declare const Deno: {
  serve(
    options: { readonly hostname: string; readonly port: number; readonly onListen: () => void },
    handler: (request: Request, info: { readonly completed: Promise<void> }) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
};

const shuttingDown = new HttpError(503, "The server is shutting down.", { "retry-after": "1" });

await runServer("deno", async (app, { host, port }) => {
  const underWay = new Set<Promise<void>>();
  let stopping = false;
  const server = Deno.serve({ hostname: host, port, onListen: () => {} }, (request, { completed }) => {
    if (stopping) return errorResponse(shuttingDown, request);
    const answered: Promise<void> = completed.catch(() => {}).then(() => void underWay.delete(answered));
    underWay.add(answered);
    return app.fetch(request);
  });
  return {
    port: server.addr.port,
    // Deno's shutdown breaks off bodies that are still arriving, so it comes last.
    stop: async () => {
      stopping = true;
      await Promise.all(underWay);
      await server.shutdown();
    },
  };
});
