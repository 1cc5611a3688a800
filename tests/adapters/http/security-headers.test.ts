import { expect, test } from "bun:test";
import { describedOperations } from "../../../adapters/http/openapi/document.ts";
import { config, materializationOf, memory } from "./native.ts";
import { testApp } from "./test-app.ts";

const app = testApp({ log: memory(), config });
const json = { method: "POST", headers: { "content-type": "application/json" } };
const operations = describedOperations(config.limits).map(({ method, path }) => {
  return [method, path.replace(":asset_key", "a").replace(":id", "1"), {}] as const;
});
const others = [
  ["GET", "/report_asset_check/a", {}],
  ["GET", "/nothing", {}],
  ["GET", "/api/v1/events?x=1", {}],
  ["POST", "/api/v1/events", { ...json, body: JSON.stringify(materializationOf("a")) }],
  ["POST", "/api/v1/events", { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: "{}\n" }],
  ["GET", "/api/v1/events", { headers: { accept: "application/x-ndjson" } }],
] as const;

test.each([...operations, ...others])(
  "the answer to %s %s can't be taken for another type, nor loaded by another site",
  async (method, path, init) => {
    const { headers, body } = await app.request(path, { method, ...init });
    await body?.cancel();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  },
);

test("a page loads nothing that its policy does not name, and is shown in no other", async () => {
  const { headers } = await app.request("/docs");
  expect(headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(headers.get("x-frame-options")).toBe("DENY");
});
