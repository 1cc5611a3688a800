import { expect, test } from "bun:test";
import { bearer, guardedApp, namedToken } from "../guarded.ts";
import { memory } from "../native.ts";

const tokens = [
  namedToken("reporter", { scopes: ["report"], prefix: ["s3"] }),
  namedToken("reader", { scopes: ["read"] }),
];
const json = { "content-type": "application/json" };
const reporter = { ...json, ...bearer("reporter") };

interface Case {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
}

const cases: Readonly<Record<string, Case>> = {
  "a materialization": { path: "materialization/s3/orders", body: '{"partition":"p"}', status: 200 },
  "an observation": { path: "observation/s3/orders", body: "{}", status: 200 },
  "a check": { path: "check/s3/orders?check_name=c&passed=true", status: 200 },
  "a body that is no JSON": { path: "materialization/s3/orders", body: "{", status: 400 },
  "a body of another type": { path: "materialization/s3", headers: { "content-type": "text/csv" }, status: 400 },
  "an idempotency key that is too long": {
    path: "materialization/s3",
    headers: { "idempotency-key": "k".repeat(256) },
    status: 400,
  },
  "no token": { path: "materialization/s3", headers: { authorization: "" }, status: 401 },
  "a token without the scope": { path: "materialization/s3", headers: bearer("reader"), status: 403 },
  "a key outside of the token's prefix": { path: "materialization/other", status: 403 },
  "a page of another origin": { path: "materialization/s3", headers: { origin: "https://evil.example" }, status: 403 },
  "another method": { path: "materialization/s3", method: "GET", status: 405 },
};

test.each(Object.entries(cases))(
  "%s is answered past the router as through it",
  async (_, { path, method = "POST", headers, body, status }) => {
    const answers = await Promise.all(
      // A middleware that wants to see reports, as CORS does, keeps them on the router's way.
      [[], ["https://app.example.com"]].map(async (corsOrigins) => {
        const log = memory();
        const { app } = await guardedApp(tokens, log, { browser: { corsOrigins, hosts: () => undefined } });
        const init = { method, headers: { ...reporter, ...headers }, ...(body !== undefined && { body }) };
        const answer = await app.request(`/report_asset_${path}`, init);
        answer.headers.delete("x-request-id");
        const { events } = await log.query({}, { limit: 10, order: "asc" });
        return [answer.status, [...answer.headers], await answer.text(), events];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(status);
  },
);

test("a page that CORS lets in may read the answer to its report", async () => {
  const origin = "https://app.example.com";
  const { app } = await guardedApp(tokens, memory(), { browser: { corsOrigins: [origin], hosts: () => undefined } });
  const init = { method: "POST", headers: { ...reporter, origin } };
  const answer = await app.request("/report_asset_materialization/s3/orders", init);
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
});

const said = new TextEncoder().encode('{"description":"said"}');

test.each([
  ["by its length alone", { headers: { "content-length": String(said.length) }, body: said }],
  ["in chunks", { headers: { "transfer-encoding": "chunked" }, body: said }],
  ["by no header, as HTTP/2 and programs do", { body: new Blob([said]).stream() }],
])("a body without a content type that is announced %s is read as JSON", async (_, init) => {
  const log = memory();
  const { app } = await guardedApp(tokens, log);
  const headers = { ...bearer("reporter"), ...("headers" in init && init.headers) };
  const answer = await app.request("/report_asset_materialization/s3/a", { method: "POST", ...init, headers });
  expect([answer.status, await answer.text()]).toEqual([200, "{}"]);
  expect(await log.get(1)).toMatchObject({ assetKey: ["s3", "a"], description: "said" });
});

test("a request that says that it has no body is answered without a look at one", async () => {
  const { app } = await guardedApp(tokens, memory());
  const unread = () => {
    throw new Error("The body was read.");
  };
  const headers = new Headers({ ...bearer("reporter"), "content-length": "0" });
  const url = "http://localhost/report_asset_materialization/s3/a";
  for (const env of [{}, { incoming: { rawHeaders: [] } }]) {
    if ("incoming" in env) headers.delete("content-length"); // on Node a stream is made by the look alone
    const request = {
      method: "POST",
      url,
      headers,
      get body() {
        return unread();
      },
      arrayBuffer: unread,
    };
    expect((await app.report(request, env))?.status).toBe(200);
  }
});
