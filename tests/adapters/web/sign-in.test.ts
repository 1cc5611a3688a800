import { describe, expect, test } from "bun:test";
import { sessionOf } from "../../../adapters/config/token-format.ts";
import { localPath } from "../../../adapters/web/sign-in-routes.ts";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { readStream } from "../../read-stream.ts";
import { bearer, guardedApp, namedToken } from "../http/guarded.ts";
import { noon } from "../http/native.ts";
import { linksTo, logOf, textOf } from "./site.ts";

const own = { "sec-fetch-site": "same-origin", origin: "http://localhost" };

/** An app with tokens of every kind, and what a browser keeps of it. */
async function guarded() {
  const check = { checkName: "c", passed: false };
  const log = await logOf(
    materialization("mine/a", { partition: "p" }),
    checkEvaluation("mine/a", check),
    materialization("other/b"),
    checkEvaluation("other/b", check),
  );
  const { app, store, clock } = await guardedApp(
    [
      namedToken("admin", { scopes: ["admin"] }),
      namedToken("read", { scopes: ["read"] }),
      namedToken("report", { scopes: ["report"] }),
      namedToken("mine", { scopes: ["read"], prefix: ["mine"] }),
      namedToken("expired", { scopes: ["read"], expiresAt: noon }),
    ],
    log,
  );
  const send = async (method: string, path: string, headers: Readonly<Record<string, string>> = {}, form = {}) => {
    const body = method === "POST" ? new URLSearchParams(form).toString() : null;
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const response = await app.request(path, { method, headers: { ...(body !== null && type), ...headers }, body });
    const { status } = response;
    const html = await response.text();
    const kept = response.headers.get("set-cookie");
    const location = response.headers.get("location");
    const cache = response.headers.get("cache-control");
    return { status, location, cache, html, text: textOf(html), kept, cookie: kept?.split(";")[0] ?? "" };
  };
  const signIn = (token: string, next = "/") => send("POST", "/sign-in", own, { token, next });
  const signedIn = async (token: string) => ({ ...own, cookie: (await signIn(token)).cookie });
  return { app, log, store, clock, send, signIn, signedIn };
}

describe("a page of a server with tokens", () => {
  test.each(["/", "/events?type=ASSET_OBSERVATION", "/checks", "/assets/mine/a"])(
    "%s leads whoever brings no token to the sign-in, and from there back",
    async (path) => {
      const { send, signIn } = await guarded();
      const { status, location, html } = await send("GET", path);
      expect([status, html]).toEqual([303, ""]);
      expect(location).toBe(`/sign-in?${new URLSearchParams({ next: path })}`);
      const asked = await send("GET", location ?? "");
      expect(asked.status).toBe(200);
      expect(asked.text).toContain("This server wants a token with the scope read.");
      const next = /name="next" value="([^"]*)"/.exec(asked.html)?.[1];
      expect(next).toBe(path);
      const { status: after, location: back } = await signIn("read", next);
      expect([after, back]).toEqual([303, path]);
    },
  );

  test("is shown to whoever signed in, or sends the token as the API has it", async () => {
    const { send, signedIn } = await guarded();
    for (const headers of [await signedIn("read"), bearer("read")]) {
      for (const path of ["/", "/assets/mine/a", "/events", "/events/1", "/checks", "/asset.json?asset_key=mine/a"]) {
        expect([path, (await send("GET", path, headers)).status]).toEqual([path, 200]);
      }
    }
    const { text, cache } = await send("GET", "/", await signedIn("read"));
    expect(text).toContain("read Sign out");
    expect(cache).toBe("no-store"); // going back after signing out shows nothing
  });

  test("the sign-in leads to nothing that is closed", async () => {
    const { send } = await guarded();
    expect((await send("GET", "/sign-in")).html).not.toMatch(/href="(?!\/static\/|#main|\/"|data:)/);
  });

  test("signing in can be done on a server that is behind a link of another site", async () => {
    const { send, signedIn } = await guarded();
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    // A browser keeps a strict cookie back here, and sends it where a page of ours leads.
    const { location } = await send("GET", "/checks", link);
    const { html } = await send("GET", location ?? "", link);
    expect(html).toContain('<meta http-equiv="refresh" content="0; url=/checks"');
    expect((await send("GET", "/checks", await signedIn("read"))).status).toBe(200);
    expect((await send("GET", location ?? "", { ...link, "sec-fetch-site": "same-origin" })).html).not.toContain(
      "refresh",
    );
  });
});

describe("signing in", () => {
  test("keeps the token where no script and no other site can get at it, for a month", async () => {
    const { signIn, send } = await guarded();
    const { kept } = await signIn("read");
    expect(kept).toBe(`runless=${sessionOf("read")}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict`);
    const https = { "sec-fetch-site": "same-origin", origin: "https://runless.example" };
    expect((await send("POST", "/sign-in", https, { token: "read" })).kept).toEndWith("; Secure; SameSite=Strict");
  });

  test("two servers of one machine keep two tokens", async () => {
    const { send } = await guarded();
    const { cookie } = await send(
      "POST",
      "http://localhost:3001/sign-in",
      { "sec-fetch-site": "same-origin" },
      { token: "read" },
    );
    expect(cookie).toBe(`runless3001=${sessionOf("read")}`);
    expect((await send("GET", "http://localhost:3001/", { cookie })).status).toBe(200);
    expect((await send("GET", "http://localhost:3002/", { cookie })).status).toBe(303);
  });

  test.each([
    ["nobody", 401, "This server does not know the token."],
    ["", 401, "This server wants a token."],
    ["expired", 401, "The token expired expired at 2026-11-23T12:00:00.000Z. Ask for a new one."],
    ["report", 403, "This needs the scope read, and the token report has the scope report."],
  ])("with the token %j says why it does not do", async (token, status, sentence) => {
    const { signIn } = await guarded();
    const answer = await signIn(token, "/checks");
    expect([answer.status, answer.kept]).toEqual([status, null]);
    expect(answer.text).toContain(sentence);
    expect(answer.html).toContain('name="next" value="/checks"');
    expect(answer.html).not.toContain('value="nobody"');
  });

  test("ends when the token does, and says so", async () => {
    const { send, signedIn, store, clock } = await guarded();
    const headers = await signedIn("read");
    await store.revoke("read");
    clock.elapsed += 2000;
    const { status, location } = await send("GET", "/", headers);
    expect(status).toBe(303);
    expect((await send("GET", location ?? "", headers)).text).toContain("The token read was revoked at");
  });

  test("ends with signing out", async () => {
    const { send, signedIn } = await guarded();
    const { status, location, kept } = await send("POST", "/sign-out", await signedIn("read"));
    expect([status, location]).toEqual([303, "/sign-in"]);
    expect(kept).toStartWith("runless=; Max-Age=0; Path=/");
  });

  test.each([
    ["/checks?prefix=a", "/checks?prefix=a"],
    ["https://evil.test/", "/"],
    ["//evil.test/", "/"],
    ["/\\evil.test/", "/"],
    ["/.//evil.test", "/"],
    ["javascript:alert(1)", "/"],
    ["/\nhttps://evil.test", "/https://evil.test"],
  ])("asked to go on to %j goes to %s", async (next, path) => {
    expect(localPath(next)).toBe(path);
    expect((await (await guarded()).signIn("read", next)).location).toBe(path);
  });

  test("a server that wants no token asks for none", async () => {
    const { app } = await guardedApp([]);
    const response = await app.request("/sign-in?next=/checks");
    expect([response.status, response.headers.get("location")]).toEqual([303, "/checks"]);
    expect(await (await app.request("/")).text()).not.toContain("Sign out");
  });
});

describe("the cookie of who signed in", () => {
  test("opens the stream of the pages", async () => {
    const { app, signedIn } = await guarded();
    const response = await app.request("/events/stream?after=0", { headers: await signedIn("read") });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    expect((await app.request("/events/stream", { headers: { ...own } })).status).toBe(401);
  });

  test("has nothing in it that the API takes for a token, and the token is not taken for it", async () => {
    const { send, signIn } = await guarded();
    const [name, session = ""] = (await signIn("admin")).cookie.split("=");
    for (const headers of [bearer(session), { "dagster-cloud-api-token": session }]) {
      expect((await send("GET", "/api/v1/events", headers)).status).toBe(401);
      expect((await send("GET", "/events", headers)).status).toBe(303);
    }
    expect((await send("GET", "/events", { ...own, cookie: `${name}=${session}` })).status).toBe(200);
    expect((await send("GET", "/events", { ...own, cookie: `${name}=admin` })).status).toBe(303);
  });

  test("is no token for the API", async () => {
    const { send, signedIn } = await guarded();
    const headers = await signedIn("admin");
    expect((await send("GET", "/api/v1/events", headers)).status).toBe(401);
    expect((await send("DELETE", "/api/v1/assets?asset_key=mine/a", headers)).status).toBe(401);
    expect((await send("POST", "/report_asset_materialization/a", headers)).status).toBe(401);
    expect((await send("GET", "/metrics", headers)).status).toBe(401);
  });

  test.each([
    [{ origin: "http://localhost:8080" }, 403],
    [{ "sec-fetch-site": "same-site", origin: "http://localhost:8080" }, 403],
    [{ "sec-fetch-site": "cross-site", origin: "https://evil.test" }, 403],
    [{ origin: "null" }, 403],
    [{}, 303],
  ])("wipes nothing for what is not a page of ours: %j", async (headers, status) => {
    const { log, send, signedIn } = await guarded();
    const { cookie } = await signedIn("admin");
    const answer = await send("POST", "/wipe?asset_key=mine/a", { cookie, ...headers }, { word: "mine/a" });
    expect(answer.status).toBe(status);
    expect(answer.location).toBe(status === 303 ? "/sign-in?next=%2F" : null);
    expect(await log.asset(["mine", "a"])).toBeDefined();
  });
});

test("a page that may use the API from its own origin is none of the cookie's", async () => {
  const origin = "http://localhost:8080";
  const log = await logOf(materialization("a"));
  const browser = { corsOrigins: [origin], hosts: () => undefined };
  const { app } = await guardedApp([namedToken("admin", { scopes: ["admin"] })], log, { browser });
  const body = "word=a";
  const ask = (headers: Readonly<Record<string, string>>) =>
    app.request("/wipe?asset_key=a", { method: "POST", body, headers });
  const { status, headers } = await ask({
    origin,
    "sec-fetch-site": "same-site",
    cookie: `runless=${sessionOf("admin")}`,
  });
  expect([status, headers.get("location")]).toEqual([303, "/sign-in?next=%2F"]);
  expect(await log.asset(["a"])).toBeDefined();
  expect((await ask({ origin, "sec-fetch-site": "same-site", ...bearer("admin") })).headers.get("location")).toBe("/");
});

describe("wiping", () => {
  const wipe = "/wipe?asset_key=mine/a";

  test("needs the scope admin, and is not offered without it", async () => {
    const { log, send, signedIn } = await guarded();
    const headers = await signedIn("read");
    expect((await send("GET", "/assets/mine/a", headers)).text).not.toContain("Wipe");
    const answer = await send("POST", wipe, headers, { word: "mine/a" });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("This needs the scope admin");
    expect(await log.asset(["mine", "a"])).toBeDefined();
  });

  test("wants the asset's name, and is recorded under that of the token", async () => {
    const { log, send, signedIn } = await guarded();
    const headers = await signedIn("admin");
    expect((await send("GET", "/assets/mine/a", headers)).text).toContain("Type mine/a to confirm");
    const wrong = await send("POST", wipe, headers, { word: "other/b" });
    expect([wrong.status, wrong.text.includes("Nothing was wiped: what was typed is not mine/a.")]).toEqual([
      400,
      true,
    ]);
    expect(await log.asset(["mine", "a"])).toBeDefined();
    const { status, location } = await send("POST", wipe, headers, { word: " mine/a " });
    expect([status, location]).toEqual([303, "/"]);
    expect(await log.asset(["mine", "a"])).toBeUndefined();
    const [trace] = (await log.query({ type: "ASSET_WIPED" }, { limit: 1, order: "desc" })).events;
    expect(trace?.metadata.by).toEqual({ type: "text", rawValue: "admin" });
    expect((await send("POST", wipe, headers, { word: "mine/a" })).status).toBe(404);
  });
});

describe("a token with a prefix", () => {
  test.each(["/", "/?search=b", "/?state=failing", "/?sort=latest", "/events", "/checks", "/events/export"])(
    "sees nothing else on %s",
    async (path) => {
      const { send, signedIn } = await guarded();
      const { status, html } = await send("GET", path, await signedIn("mine"));
      expect(status).toBe(200);
      expect(html).not.toContain("other");
    },
  );

  test.each([
    "/assets/other/b",
    "/assets/other/none",
    "/?prefix=other",
    "/events?asset_key=other/b",
    "/checks?prefix=other",
  ])("is told of %s that it does not reach it, whether or not it is there", async (path) => {
    const { send, signedIn } = await guarded();
    const { status, text } = await send("GET", path, await signedIn("mine"));
    expect([status, /is for mine and the keys below it/.test(text)]).toEqual([403, true]);
  });

  test("finds no event of others, nor hears of them", async () => {
    const { app, log, send, signedIn } = await guarded();
    const headers = await signedIn("mine");
    expect((await send("GET", "/events/3", headers)).status).toBe(404);
    expect((await send("GET", "/events/99", headers)).status).toBe(404);
    const response = await app.request("/events/stream?after=4", { headers });
    await log.append([[{ event: materialization("other/b") }], [{ event: materialization("mine/a") }]]);
    let heard = "";
    for await (const { data = "" } of readStream(response)) {
      heard += data;
      if (heard.includes("mine")) break;
    }
    expect(heard).not.toContain("other");
  });

  test("is told how to report where it may", async () => {
    const { app } = await guardedApp([namedToken("mine", { scopes: ["read"], prefix: ["it's", "$HOME"] })]);
    const text = textOf(await (await app.request("/", { headers: bearer("mine") })).text());
    expect(text).toContain("curl -X POST http://localhost/report_asset_materialization/it%27s/%24HOME/my_asset");
    expect(text).toContain('-H "authorization: Bearer $RUNLESS_TOKEN"');
  });
});

test("links of a page lead to pages, which the cookie opens", async () => {
  const { send, signedIn } = await guarded();
  const headers = await signedIn("read");
  const { html } = await send("GET", "/assets/mine/a", headers);
  const links = [...linksTo(html, "All events"), ...linksTo(html, "This asset as JSON"), ...linksTo(html, "1")];
  expect(links).toHaveLength(3);
  for (const path of links) expect([path, (await send("GET", path, headers)).status]).toEqual([path, 200]);
});
