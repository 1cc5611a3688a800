import { describe, expect, test } from "bun:test";
import type { AppOptions } from "../../../../adapters/server/http.ts";
import { config, memory } from "../native.ts";
import { testApp } from "../test-app.ts";

type Headers = Readonly<Record<string, string>>;

const requests = [
  ["POST", "/report_asset_materialization/a"],
  ["POST", "/api/v1/events"],
  ["GET", "/api/v1/events"],
  ["GET", "/api/v1/events/stream"],
  ["DELETE", "/api/v1/assets?asset_key=a"],
  ["GET", "/health"],
  ["GET", "/docs"],
  ["GET", "/"],
  ["GET", "/events/stream"],
  ["POST", "/wipe?asset_key=a"],
  ["POST", "/sign-in"],
  ["GET", "/nothing"],
  ["OPTIONS", "/report_asset_materialization/a"],
] as const;

function appWith(browser?: AppOptions["browser"]) {
  const log = memory();
  const app = testApp({ log, config, ...(browser && { browser }) });
  const ask = async (method: string, path: string, headers: Headers) => {
    const response = await app.request(`http://127.0.0.1:3000${path}`, { method, headers });
    await response.body?.cancel();
    return response;
  };
  const statuses = async (headers: Headers) => {
    const answers = await Promise.all(requests.map(([method, path]) => ask(method, path, headers)));
    return [...new Set(answers.map(({ status }) => status))];
  };
  return { app, log, ask, statuses };
}

const host = "127.0.0.1:3000";
const foreign = { host, origin: "https://evil.test" };

describe("a request that a browser sends", () => {
  test.each([
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:8080" }],
    [{ "sec-fetch-site": "cross-site", origin: "null" }],
    [{ "sec-fetch-site": "nonsense" }],
    [{ origin: "https://evil.test" }],
    [{ origin: "http://127.0.0.1:8080" }],
    [{ origin: "http://localhost:3000" }],
    [{ origin: "null" }],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "document" }],
  ])("for a page of another origin is a 403, whatever it asks: %j", async (headers) => {
    const { statuses, log } = appWith();
    expect(await statuses({ host, ...headers })).toEqual([403]);
    expect(await log.get(1)).toBeUndefined();
  });

  test.each([
    [{}],
    [{ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:3000" }],
    [{ "sec-fetch-site": "same-origin", origin: "https://runless.example.com" }], // behind a proxy that says its own Host
    [{ "sec-fetch-site": "none" }],
    [{ origin: "http://127.0.0.1:3000" }],
    [{ origin: "https://127.0.0.1:3000" }], // behind a proxy that speaks TLS
  ])("for a page of its own, or for none, is answered: %j", async (headers) => {
    expect(await appWith().statuses({ host, ...headers })).not.toContain(403);
  });

  test("for somebody who follows a link is answered, and a form that somebody was made to send is not", async () => {
    const { ask } = appWith();
    const headers = {
      host,
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    expect((await ask("GET", "/docs", headers)).status).toBe(200);
    expect((await ask("POST", "/report_asset_materialization/a", headers)).status).toBe(403);
  });

  test("is refused with a sentence that says what to set", async () => {
    const { app } = appWith();
    const refused = await app.request("/health", { headers: foreign });
    expect(await refused.json()).toEqual({
      error:
        "A page of https://evil.test can't use this server from a browser. To let it, start the server with --cors-origin https://evil.test.",
    });
    const unnamed = await app.request("/health", { headers: { "sec-fetch-site": "cross-site" } });
    expect(await unnamed.json()).toEqual({
      error:
        "A page of another origin can't use this server from a browser. To let it, name its origin with --cors-origin.",
    });
  });
});

describe("--cors-origin", () => {
  const shared = appWith({ corsOrigins: ["https://app.example.com"], hosts: () => undefined });
  const named = { host, origin: "https://app.example.com", "sec-fetch-site": "cross-site" };

  test("lets in the pages of the origins that it names, and those of no other", async () => {
    expect(await shared.statuses(named)).not.toContain(403);
    for (const origin of ["https://evil.test", "https://app.example.com.evil.test", "http://app.example.com", "null"]) {
      expect(await shared.statuses({ ...named, origin })).toEqual([403]);
    }
  });

  test("lets them read the answer, errors too, and nobody else", async () => {
    for (const [method, path] of requests) {
      const allowed = (await shared.ask(method, path, named)).headers;
      expect(allowed.get("access-control-allow-origin")).toBe("https://app.example.com");
      expect(allowed.get("vary")).toMatch(/\borigin\b/i);
      const refused = (await shared.ask(method, path, foreign)).headers;
      expect(refused.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("answers their preflights", async () => {
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
    const path = "/report_asset_materialization/a";
    const { status, headers } = await shared.ask("OPTIONS", path, { ...named, ...asked });
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-methods")).toBe("GET,POST,DELETE");
    expect(headers.get("access-control-allow-headers")).toBe("authorization");
    expect((await shared.ask("OPTIONS", path, { ...foreign, ...asked })).status).toBe(403);
  });

  test("is nobody unless it is given", async () => {
    const { headers } = await appWith().ask("GET", "/health", { host });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("a host name", () => {
  const guarded = appWith({ corsOrigins: [], hosts: () => ["runless.example.com"] });

  test.each([
    "evil.test",
    "evil.test:3000",
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "runless.example.com.evil.test",
  ])("that is not the server's is a 403, since a page may have it point to here: %s", async (name) => {
    expect(await guarded.statuses({ host: name })).toEqual([403]);
    // What the browser takes for the page's own origin is not enough.
    expect(await guarded.statuses({ host: name, "sec-fetch-site": "same-origin" })).toEqual([403]);
  });

  test.each([
    "127.0.0.1",
    "127.0.0.1:3000",
    "10.0.0.7:80",
    "localhost:3000",
    "LOCALHOST",
    "app.localhost",
    "[::1]:3000",
  ])("that no name server can point elsewhere is answered: %s", async (name) => {
    expect(await guarded.statuses({ host: name })).not.toContain(403);
  });

  test.each(["runless.example.com", "Runless.example.com:8443"])(
    "that --allowed-host gives is answered: %s",
    async (name) => {
      expect(await guarded.statuses({ host: name })).not.toContain(403);
    },
  );

  test("is refused with a sentence that says what to set", async () => {
    const refused = await guarded.app.request("/health", { headers: { host: "evil.test:3000" } });
    expect(await refused.json()).toEqual({
      error: "This server isn't called evil.test. If it should be, start it with --allowed-host evil.test.",
    });
  });

  test("is not looked at unless that is wanted", async () => {
    expect(await appWith().statuses({ host: "evil.test" })).not.toContain(403);
  });
});
