import { expect, test } from "bun:test";
import { newStandIn } from "../remote/test-database.ts";
import { runtimes, startServer } from "../server.ts";

test.concurrent.each([...runtimes])(
  "the %s server answers 503 and says which, while the database refuses the token or is away, and then works",
  async (runtime) => {
    const standIn = await newStandIn({ token: "secret" });
    const env = { RUNLESS_DATABASE_AUTH_TOKEN: "secret" };
    const server = await startServer(runtime, { databaseUrl: standIn.url, env });
    const report = () => fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
    const ready = () => fetch(`${server.url}/ready`);
    const refusal = async (answer: Response) => [answer.status, answer.headers.get("retry-after"), await answer.json()];

    standIn.interfere = () => "refuse token";
    const refused = { error: expect.stringMatching(/^The database http:\S+ refused the token \(HTTP 401/) };
    expect(await refusal(await report())).toEqual([503, "1", refused]);
    standIn.interfere = () => undefined;
    expect((await report()).status).toBe(200);

    await standIn.close();
    const away = { error: expect.stringMatching(/^The database http:\S+ can't be reached: /) };
    // First what may meet connections from before, of which nobody knows what they carried out.
    const unready = await ready();
    expect([unready.status, await unready.json()]).toEqual([503, { ready: false, reason: away.error }]);
    const answers = await Promise.all([report(), report()]);
    expect(await Promise.all(answers.map(refusal))).toEqual([
      [503, "1", away],
      [503, "1", away],
    ]);

    const back = await newStandIn({ token: "secret", file: standIn.file, port: Number(new URL(standIn.url).port) });
    expect((await report()).status).toBe(200);
    expect(await (await fetch(`${server.url}/api/v1/assets/a`)).json()).toMatchObject({
      counts: { materializations: 2 },
    });
    await server.stop();
    const reasons =
      server.output().match(/"reason":"The database http:\S+ (refused the token|can't be reached)/g) ?? [];
    expect(new Set(reasons.map((reason) => reason.replace(/.* http:\S+ /, "")))).toEqual(
      new Set(["refused the token", "can't be reached"]),
    );
    await back.close();
  },
  60_000,
);

test("a server without its database does not start, and says why", async () => {
  const standIn = await newStandIn({ token: "secret" });
  const starting = startServer("bun", { databaseUrl: standIn.url, env: { RUNLESS_DATABASE_AUTH_TOKEN: "wrong" } });
  await expect(starting).rejects.toThrow(/runless can't start: The database http:\S+ refused the token/);
  await standIn.close();
});
