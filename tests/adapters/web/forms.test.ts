import { describe, expect, spyOn, test } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { guardedApp, namedToken } from "../http/guarded.ts";
import { alertOf, givenWatching } from "./given-watching.ts";
import { logOf, textOf } from "./site.ts";

const own = { "sec-fetch-site": "same-origin", origin: "http://localhost" };

async function send(path: string, body: string) {
  const { app, log } = await guardedApp(
    [namedToken("admin", { scopes: ["admin"] })],
    await logOf(materialization("a")),
    { watching: givenWatching({ alerts: [alertOf("a")] }) },
  );
  const headers = {
    ...own,
    authorization: "Bearer admin",
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(body.length),
  };
  const response = await app.request(path, { method: "POST", headers, body });
  return { log, status: response.status, text: textOf(await response.text()) };
}

describe.each(["/sign-in", "/sign-out", "/wipe?asset_key=a", "/alerts"])("a form sent to %s", (path) => {
  test("of more than 16 kB is a 413 that says so, and is not parsed", async () => {
    const parsed = spyOn(URLSearchParams.prototype, "get");
    const { status, text, log } = await send(path, `word=a&${"x&".repeat(50_000)}`);
    const gets = parsed.mock.calls.length;
    parsed.mockRestore();
    expect([status, gets]).toEqual([413, 0]);
    expect(text).toContain("The form is larger than 16384 bytes. Send only the fields of its page.");
    expect(await log.asset(["a"])).toBeDefined();
  });

  test("of 16 kB is read", async () => {
    const fields = "word=a&token=admin&close=1&next=/&x=";
    expect((await send(path, fields + "x".repeat(16_384 - fields.length))).status).toBe(303);
  });
});
