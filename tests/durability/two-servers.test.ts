import { expect, test } from "bun:test";
import { join } from "node:path";
import { openConnection } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";

const connections = 4;
const reportsOfEach = 60;

test("a Bun and a Node server on one file record all that both are told, each event once, and stream it to both", async () => {
  const databaseUrl = `file:${join(temporaryFolder(), "shared.db")}`;
  const servers = await Promise.all([startServer("bun", { databaseUrl }), startServer("node", { databaseUrl })]);
  const senders = servers.flatMap((server, s) =>
    Array.from({ length: connections }, (_, c) => ({ server, name: `${s}/${c}`, shared: `shared/${c}` })),
  );
  const expected = new Set(
    senders.flatMap(({ name, shared }) =>
      Array.from({ length: reportsOfEach }, (_, i) => [`${name}/${i}`, `${shared}/${i}`]).flat(),
    ),
  );
  const streams = servers.map((server) => idsUntil(server, expected));

  await Promise.all(
    senders.map(async ({ server, name, shared }) => {
      const connection = await openConnection(server.port);
      for (let i = 0; i < reportsOfEach; i++) {
        // The second is sent to both servers, at about the same time.
        for (const uid of [`${name}/${i}`, `${shared}/${i}`]) await report(connection, uid);
      }
      connection.close();
    }),
  );

  const events = await Array.fromAsync(walkEvents(servers[0].url));
  const uids = events.map(uidOf);
  expect(new Set(uids)).toEqual(expected);
  expect(uids).toHaveLength(expected.size);
  for (const { name } of senders) {
    const own = uids.filter((uid) => uid.startsWith(`${name}/`));
    expect(own).toEqual(Array.from({ length: reportsOfEach }, (_, i) => `${name}/${i}`));
  }
  const ids = events.map(({ id }) => id);
  for (const streamed of await Promise.all(streams)) expect(streamed).toEqual(ids);
  for (const server of servers) await server.stop();
}, 60_000);

const uidOf = ({ metadata }: { readonly metadata: Readonly<Record<string, { readonly raw_value?: unknown }>> }) =>
  String(metadata.uid?.raw_value);

/** Sends it until it is recorded: the other server may hold the lock for long. */
async function report(connection: Awaited<ReturnType<typeof openConnection>>, uid: string): Promise<void> {
  for (;;) {
    const { status, body } = await connection.send({
      target: "/report_asset_materialization/two/servers",
      headers: [["content-type", "application/json"] as const, ["idempotency-key", uid] as const],
      body: JSON.stringify({ metadata: { uid } }),
    });
    if (status === 200) return;
    expect([status, body]).toEqual([503, expect.any(String)]);
  }
}

/** The ids that a stream gives, in its order, until all of the expected events have come. */
async function idsUntil(server: RunningServer, expected: ReadonlySet<string>): Promise<number[]> {
  const request = new AbortController();
  const response = await fetch(`${server.url}/api/v1/events/stream?after=0`, { signal: request.signal });
  const ids: number[] = [];
  const missing = new Set(expected);
  for await (const { event, id, data } of readStream(response)) {
    if (event !== "ASSET_MATERIALIZATION" || id === undefined) continue;
    ids.push(id);
    missing.delete(uidOf(JSON.parse(data ?? "")));
    if (missing.size === 0) break;
  }
  request.abort();
  return ids;
}
