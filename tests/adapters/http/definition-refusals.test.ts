import { expect, test } from "bun:test";
import { createMemoryDefinitionStore } from "../../../storage/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { memory } from "./native.ts";

const put = (token: string, assets: readonly object[], query = "") => ({
  path: `/api/v1/definitions?source=all${query}`,
  init: {
    method: "PUT",
    headers: { ...bearer(token), "content-type": "application/json" },
    body: JSON.stringify({ assets }),
  },
});

test("a token with a prefix is named a key of its own document, and none that only the source has", async () => {
  const definitions = createMemoryDefinitionStore({ now: Date.now });
  await definitions.replace("all", defined({ key: "t/a" }, { key: "secret/key" }));
  const token = namedToken("inside", { scopes: ["admin"], prefix: ["t"] });
  const { app } = await guardedApp([token], memory(), { definitions });
  const said = async ({ path, init }: ReturnType<typeof put>) => {
    const answer = await app.request(path, init);
    return [answer.status, await answer.text()] as const;
  };
  for (const [assets, query] of [
    [[{ key: "t/a" }], ""],
    [[], "&allow_empty=true"],
  ] as const) {
    const [status, text] = await said(put("inside", assets, query));
    expect(status).toBe(403);
    expect(text).not.toContain("secret");
    expect(text).toContain("The source has definitions outside of t");
  }
  const [status, text] = await said(put("inside", [{ key: "t/a" }, { key: "u/b" }]));
  expect([status, text.includes("u/b is none of them"), text.includes("secret")]).toEqual([403, true, false]);
});
