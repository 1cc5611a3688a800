import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { createAuthorizer } from "../../../adapters/http/access/authorizer.ts";
import { createStreaming } from "../../../adapters/http/events/streaming.ts";
import { describedOperations } from "../../../adapters/http/openapi/document.ts";
import { documentSchema } from "../../../adapters/http/openapi/document-schema.ts";
import { requestPath } from "../../../adapters/http/request.ts";
import { requiredScopeOf } from "../../../adapters/http/routes.ts";
import { servedLog } from "../../../adapters/http/served-log.ts";
import { createSharedLimits } from "../../../adapters/http/shared-limits.ts";
import { webRoutes } from "../../../adapters/web/web-routes.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { config, memory } from "./native.ts";
import { testApp } from "./test-app.ts";

const log = servedLog(memory());
const testing = testApp({ log, config });
const { hono: app } = testing;
const operations = describedOperations(config.limits);
const response = await testing.request("/openapi.json");
const text = await response.text();
const document = v.parse(v.object({ ...documentSchema.entries, openapi: v.string() }), JSON.parse(text));

/** The route of the app that answers an operation. */
function routeOf(method: string, path: string): string {
  const url = `http://localhost${path.replace(":asset_key", "a/b").replace(":id", "1")}`;
  const [handlers] = app.router.match(method, requestPath({ url }));
  const [[[, route]]] = v.parse(
    v.looseTuple([v.looseTuple([v.tuple([v.unknown(), v.object({ path: v.string() })])])]),
    [handlers.map(([handler]) => handler)],
  );
  return `${method} ${route.path}`;
}

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;

describe("GET /openapi.json", () => {
  test("is OpenAPI 3.1 with the package's own name and version", () => {
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(document.openapi).toStartWith("3.1.");
    expect(document.info).toMatchObject({ title: packageJson.name, version: packageJson.version });
  });

  test("describes every route but those of pages, and nothing else", () => {
    const deps = { log, config, authorizer: createAuthorizer({ log, config }) };
    const pages = new Set(webRoutes(deps, createSharedLimits(config.limits), createStreaming(log)).routes.map(nameOf));
    const routes = app.routes.map(nameOf).filter((route) => !pages.has(route));
    const described = operations.map(({ method, path }) => routeOf(method, path));
    expect([...new Set(described)].sort()).toEqual(routes.sort());
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = operations.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/, "{$1}")}`);
    expect(written.sort()).toEqual(expected.sort());
  });

  test("says of every operation what its route needs of a token", () => {
    const needs = new Map(
      app.routes.map(({ method, path, handler }) => [`${method} ${path}`, requiredScopeOf(handler)]),
    );
    for (const { method, path, scope } of operations) {
      expect([path, scope]).toEqual([path, needs.get(routeOf(method, path)) ?? "nobody knows"]);
      const written = document.paths[path.replace(/:(\w+)/, "{$1}")]?.[method.toLowerCase()];
      const isOpen = scope === "nothing";
      expect(written?.security).toEqual(isOpen ? [] : [{ bearer: [scope] }, { dagsterCloud: [scope] }]);
      expect(["401", "403"].map((status) => status in (written?.responses ?? {}))).toEqual([!isOpen, !isOpen]);
    }
  });

  test("no route runs more than its one handler", () => {
    const paths = ["/report_asset_materialization/a", "/report_asset_observation", "/prod/report_asset_check/a"];
    for (const path of paths) {
      expect(app.router.match("POST", requestPath({ url: `http://localhost${path}` }))[0]).toHaveLength(1);
    }
  });

  test("names no operation twice, and refers to nothing that it lacks", () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const names = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? ""));
    expect(Object.keys(document.components.schemas).sort()).toEqual([...names].sort());
  });

  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

  test("has an example of every parameter, every body and every answer", () => {
    for (const { operationId, parameters, requestBody, responses } of described) {
      const contents = [requestBody, ...Object.values(responses), ...parameters].flatMap((one) =>
        Object.values(one?.content ?? {}),
      );
      for (const { example, examples } of contents) expect([operationId, example ?? examples]).not.toContain(undefined);
      for (const { name, content, example } of parameters) {
        if (content === undefined) expect([operationId, name, example]).not.toContain(undefined);
      }
    }
  });

  const queries = described.flatMap(({ method, path, parameters }) => {
    const query = parameters.filter((one) => one.in === "query");
    return query.map(({ name }) => {
      const used = query.filter((one) => one.required || one.name === name);
      const examples = used.map(({ name, content, example }): [string, string] => {
        const [json] = Object.values(content ?? {});
        return [name, json === undefined ? String(example) : JSON.stringify(json.example)];
      });
      // One of these two must be there, which OpenAPI has no words for.
      const isOfChecks = path === "/api/v1/checks" && name !== "asset_key" && name !== "failing";
      const isOfMissing = path === "/api/v1/partitions" && (name === "since" || name === "until");
      const all = examples.concat(isOfChecks ? [["failing", "true"]] : [], isOfMissing ? [["missing", "true"]] : []);
      // Likewise one of four, and without a time the answer would take half a minute.
      const isWait = path === "/api/v1/wait";
      const beside = ["partition", "wait"].filter((other) => isWait && other !== name);
      const added = beside.map((other): [string, string] => [other, other === "wait" ? "0s" : "p"]);
      return { method: method.toUpperCase(), path, name, query: new URLSearchParams([...all, ...added]) };
    });
  });

  // A cursor is of a page that there was.
  test.each(queries.filter(({ method, name }) => method !== "POST" && method !== "PUT" && name !== "cursor"))(
    "$method $path takes its own example of $name",
    async ({ method, path, name, query }) => {
      const answer = await testing.request(`${path}?${query}`, { method });
      // No asset of this log has a policy.
      expect(name === "fresh" ? [400] : [200, 404, 408]).toContain(answer.status);
      await answer.body?.cancel();
    },
  );

  test("says of a page's limit what the server enforces", () => {
    const limit = document.paths["/api/v1/events"]?.get?.parameters.find(({ name }) => name === "limit");
    expect(limit?.schema).toEqual({ type: "integer", minimum: 1, maximum: config.limits.pageEvents, default: 50 });
  });
});

describe("GET /docs", () => {
  test("shows every operation, with neither a script nor another host", async () => {
    const page = await testing.request("/docs");
    const html = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    for (const methods of Object.values(document.paths)) {
      for (const { operationId } of Object.values(methods)) expect(html).toContain(`id="${operationId}"`);
    }
    expect(html).not.toMatch(/<script|<link|<img|\b(?:src|href)="(?![#/])|url\(| on\w+="| style="/);
  });

  test("allows its own style and nothing else", async () => {
    const page = await testing.request("/docs");
    const style = /<style>(.*?)<\/style>/s.exec(await page.text())?.[1] ?? "";
    const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
    const policy = page.headers.get("content-security-policy");
    expect(policy).toStartWith(`default-src 'none'; style-src 'sha256-${hash}';`);
  });
});
