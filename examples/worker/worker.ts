// A Cloudflare Worker that takes reports and keeps them in a remote database (Turso, sqld): no server of runless is needed.
import { safeParseReport } from "runless/core";
import { appendEvent, openEventLog } from "runless/storage";

interface Environment {
  readonly RUNLESS_DATABASE_URL: string;
  readonly RUNLESS_DATABASE_AUTH_TOKEN: string;
}

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const result = safeParseReport({
      url: request.url,
      query: new URL(request.url).searchParams,
      body: await request.text(),
      contentType: request.headers.get("content-type"),
    });
    if (!result.success) return Response.json({ error: result.error.message }, { status: 400 });
    const log = await openEventLog({ url: env.RUNLESS_DATABASE_URL, authToken: env.RUNLESS_DATABASE_AUTH_TOKEN });
    try {
      const idempotencyKey = request.headers.get("idempotency-key") ?? undefined;
      return Response.json(await appendEvent(log, { event: result.event, idempotencyKey }));
    } finally {
      await log.close();
    }
  },
};
