import { describe, expect, test } from "bun:test";
import { graceToken } from "../../../adapters/http/access/token-cache.ts";
import { requiredScopeOf } from "../../../adapters/http/routes.ts";
import { materialization } from "../../../core/index.ts";
import type { TokenScope } from "../../../storage/index.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { memory, noon } from "./native.ts";
import { allRoutes, answersOf, exampleRequest, routeExamples } from "./route-examples.ts";

const scopes: Readonly<Record<string, readonly TokenScope[]>> = {
  report: ["report"],
  read: ["read"],
  admin: ["admin"],
  both: ["report", "read"],
};

async function filled() {
  const log = memory();
  await log.append([[{ event: materialization(["s3", "orders"], { partition: "p" }) }]]);
  const given = Object.entries(scopes).map(([name, scopes]) => namedToken(name, { scopes }));
  const ended = [
    namedToken("expired", { scopes: ["admin"], expiresAt: noon }),
    namedToken("revoked", { scopes: ["admin"] }),
  ];
  const guarded = await guardedApp([...given, ...ended], log);
  await guarded.store.revoke("revoked");
  guarded.clock.elapsed += 2000;
  return guarded;
}

/** Who asks, with what headers, and why not even an admin's route lets them in. */
const strangers: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ["no token", {}, /^This server wants a token\. Send one as/],
  ["an empty token", { authorization: "Bearer ", "dagster-cloud-api-token": "" }, /wants a token/],
  ["credentials of another kind", { authorization: "Basic YWRtaW46YWRtaW4=" }, /wants a token/],
  ["a wrong token", bearer("nobody"), /^This server does not know the token/],
  ["a wrong token, as Dagster sends it", { "dagster-cloud-api-token": "nobody" }, /does not know the token/],
  ["a wrong token before a good one", { ...bearer("nobody"), "dagster-cloud-api-token": "admin" }, /does not know/],
  ["an expired token", bearer("expired"), /^The token expired expired at 2026-11-23T12:00:00\.000Z/],
  ["a revoked token", bearer("revoked"), /^The token revoked was revoked at 2026-11-23T12:00:00\.000Z/],
  ["a revoked token, as Dagster sends it", { "dagster-cloud-api-token": "revoked" }, /was revoked/],
];

test("every route has an example, and needs what that says", async () => {
  expect(Object.keys(routeExamples).sort()).toEqual([...allRoutes].sort());
  const { app } = await filled();
  const routes = app.hono.routes.filter(({ method }) => method !== "ALL");
  const needs = routes.map(({ method, path, handler }) => [`${method} ${path}`, requiredScopeOf(handler)]);
  expect(Object.fromEntries(needs)).toEqual(
    Object.fromEntries(Object.entries(routeExamples).map(([route, { needs }]) => [route, needs])),
  );
});

describe.each([...allRoutes])("%s", (route) => {
  const { needs, isPage = false } = routeExamples[route] ?? { needs: "admin" };

  test.each(strangers)("with %s", async (_, headers, sentence) => {
    const { app } = await filled();
    const response = await app.fetch(exampleRequest(route, headers));
    if (needs === "nothing") {
      expect(answersOf(route)).toContain(response.status);
      return await response.body?.cancel();
    }
    if (isPage) {
      expect([response.status, await response.text()]).toEqual([303, ""]);
      return expect(response.headers.get("location")).toStartWith("/sign-in?next=%2F");
    }
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: expect.stringMatching(sentence) });
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm="runless"/);
  });

  test.each(Object.entries(scopes))("with the scope %s", async (name, held) => {
    const { app } = await filled();
    const isAllowed = needs === "nothing" || held.includes(needs) || held.includes("admin");
    for (const headers of [bearer(name), { "dagster-cloud-api-token": name }, { authorization: `bearer   ${name}` }]) {
      if (!isAllowed) {
        const response = await app.fetch(exampleRequest(route, headers));
        expect(response.status).toBe(403);
        const sentence = `This needs the scope ${needs}, and the token ${name} has the scope`;
        if (isPage) {
          expect(await response.text()).toContain(sentence);
          continue;
        }
        expect(await response.json()).toEqual({ error: expect.stringContaining(sentence) });
        expect(response.headers.get("www-authenticate")).toContain(`error="insufficient_scope", scope="${needs}"`);
        continue;
      }
      // A wipe leaves nothing to wipe again.
      const { app: own } = await filled();
      const response = await own.fetch(exampleRequest(route, headers));
      expect(answersOf(route)).toContain(response.status);
      await response.body?.cancel();
    }
  });
});

describe("during the grace for those who have no token", () => {
  const graced = async () => {
    const guarded = await filled();
    await guarded.store.create(graceToken(noon + 60_000));
    guarded.clock.elapsed += 2000;
    return guarded;
  };

  test.each([...allRoutes])("%s asks for one, unless it is for reports", async (route) => {
    const { app, clock } = await graced();
    const { needs, isPage = false } = routeExamples[route] ?? { needs: "admin" };
    const status = async () => {
      const response = await app.fetch(exampleRequest(route, {}));
      await response.body?.cancel();
      return response.status;
    };
    const isOpen = needs === "nothing" || needs === "report";
    const refused = isPage ? 303 : 401;
    if (isOpen) expect(answersOf(route)).toContain(await status());
    else expect(await status()).toBe(refused);
    clock.now += 60_000;
    clock.elapsed += 2000;
    if (needs === "nothing") expect(answersOf(route)).toContain(await status());
    else expect(await status()).toBe(refused);
  });

  test.each(["x-forwarded-for", "forwarded"])("what a proxy brings (%s) needs one all the same", async (name) => {
    const { app } = await graced();
    const response = await app.fetch(exampleRequest("POST /api/v1/events", { [name]: "for=192.0.2.1" }));
    expect(response.status).toBe(401);
  });

  test("a wrong token is no better than before", async () => {
    const { app } = await graced();
    const response = await app.fetch(exampleRequest("POST /api/v1/events", bearer("nobody")));
    expect(response.status).toBe(401);
  });
});

test("HEAD asks for what GET does", async () => {
  const { app } = await filled();
  const head = async (headers: Readonly<Record<string, string>>) =>
    (await app.request("/api/v1/events", { method: "HEAD", headers })).status;
  expect([await head({}), await head(bearer("report")), await head(bearer("read"))]).toEqual([401, 403, 200]);
});

test("a server without tokens lets everybody do everything, whatever token they send", async () => {
  for (const route of allRoutes) {
    for (const headers of [{}, bearer("nobody")]) {
      const log = memory();
      await log.append([[{ event: materialization(["s3", "orders"]) }]]);
      const { app } = await guardedApp([], log);
      const response = await app.fetch(exampleRequest(route, headers));
      expect(answersOf(route)).toContain(response.status);
      await response.body?.cancel();
    }
  }
});
