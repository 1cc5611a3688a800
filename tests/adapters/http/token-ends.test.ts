import { expect, test } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { readStream } from "../../read-stream.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { linesOf, materializationOf, noon } from "./native.ts";

/** What goes on for long, when its token is revoked, or expires, in the middle. */
const ends = {
  revoked: async ({ store, clock }: Awaited<ReturnType<typeof guardedApp>>) => {
    await store.revoke("t");
    clock.elapsed += 2000;
  },
  expired: async ({ clock }: Awaited<ReturnType<typeof guardedApp>>) => {
    clock.now = noon + 1000;
  },
};

async function begun() {
  const token = namedToken("t", { scopes: ["admin"], expiresAt: noon + 1000 });
  return guardedApp([token, namedToken("other", { scopes: ["admin"] })]);
}

const table = Object.entries(ends);

test.each(table)("a live stream ends with the next event where its token is %s", async (_, end) => {
  const guarded = await begun();
  const { app, log } = guarded;
  const blocks = readStream(await app.request("/api/v1/events/stream", { headers: bearer("t") }));
  expect((await blocks.next()).value).toMatchObject({ event: "position" });
  await log.append([[{ event: materialization("a") }]]);
  expect((await blocks.next()).value).toMatchObject({ id: 1 });
  await end(guarded);
  await log.append([[{ event: materialization("a") }]]);
  await expect(blocks.next()).rejects.toThrow();
});

test.each(table)("an export breaks off where its token is %s", async (_, end) => {
  const guarded = await begun();
  const { app, log } = guarded;
  await log.append(Array.from({ length: 2000 }, () => [{ event: materialization("a") }]));
  const headers = { ...bearer("t"), accept: "application/x-ndjson" };
  const reader = (await app.request("/api/v1/events", { headers })).body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  await end(guarded);
  const rest = async () => {
    while ((await reader?.read())?.done === false);
  };
  await expect(rest()).rejects.toThrow();
});

test.each(table)("an import records nothing more where its token is %s, and says how far it got", async (_, end) => {
  const guarded = await begun();
  const { app, log } = guarded;
  const line = new TextEncoder().encode(linesOf(materializationOf("a")));
  const lines = new TransformStream<Uint8Array, Uint8Array>();
  const writer = lines.writable.getWriter();
  const answer = app.request("/api/v1/events", {
    method: "POST",
    headers: { ...bearer("t"), "content-type": "application/x-ndjson" },
    body: lines.readable,
  });
  const recorded = new Promise<void>((resolve) => log.watch(resolve));
  await writer.write(line);
  await recorded;
  await end(guarded);
  await writer.write(line);
  await writer.close();
  const response = await answer;
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain("invalid_token");
  expect(await response.json()).toMatchObject({ recorded: 1, last_durable_line: 1 });
  expect((await log.query({}, { order: "asc", limit: 10 })).events).toHaveLength(1);
});
