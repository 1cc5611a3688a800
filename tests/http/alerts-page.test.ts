import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { textOf } from "../adapters/web/site.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

setDefaultTimeout(60_000);

const secret = "a-secret-of-some-length";
const reader = "a-reader-of-some-length";

describe.each([...runtimes])("the page of alerts on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { env: { RUNLESS_TOKENS: `me:admin=${secret} you:read=${reader}` } });
  });
  afterAll(() => server.stop());

  const send = (path: string, init: RequestInit, token = secret) =>
    fetch(server.url + path, {
      redirect: "manual",
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });

  async function signIn(token: string): Promise<string> {
    const body = new URLSearchParams({ token });
    const init = { method: "POST", redirect: "manual", headers: { origin: server.url }, body } as const;
    return (await fetch(`${server.url}/sign-in`, init)).headers.get("set-cookie")?.split(";")[0] ?? "";
  }

  /** The page, once what it shows is as it should be. */
  async function pageWith(cookie: string, shown: RegExp): Promise<string> {
    for (;;) {
      const html = await (await fetch(`${server.url}/alerts`, { headers: { cookie } })).text();
      if (shown.test(textOf(html))) return html;
      await Bun.sleep(50);
    }
  }

  const press = (cookie: string, form: Readonly<Record<string, string>>) =>
    fetch(`${server.url}/alerts`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, origin: server.url },
      body: new URLSearchParams(form),
    });

  test("shows what became late and what fails, and mutes, unmutes and closes it for admins", async () => {
    const [cookie, other] = [await signIn(secret), await signIn(reader)];
    expect(textOf(await pageWith(cookie, /Alerts/))).toContain("Nothing can be late yet");
    const assets = [
      { key: "raw/orders", owners: ["team:shop"], freshness: { type: "time_window", fail_window: "1s" } },
    ];
    await send("/api/v1/definitions?source=test", { method: "PUT", body: JSON.stringify({ assets }) });
    const check = { asset_key: "raw/stock", check_name: "no_nulls", passed: false };
    await send("/report_asset_check/raw/stock", { method: "POST", body: JSON.stringify(check) });

    const html = await pageWith(cookie, /raw \/ orders .* team:shop/);
    const text = textOf(await pageWith(cookie, /no_nulls/));
    expect(text).toContain("1 late 1 failing");
    expect(text).toContain("Alerts 2 Docs");
    const [, id = ""] = /name="mute" value="4h (\d+)"/.exec(html.slice(html.indexOf("raw/orders"))) ?? [];

    expect((await press(other, { mute: `4h ${id}` })).status).toBe(403);
    const muted = await press(cookie, { mute: `4h ${id}`, next: "/alerts?kind=freshness" });
    expect([muted.status, muted.headers.get("location")]).toEqual([303, "/alerts?kind=freshness"]);
    expect(textOf(await pageWith(cookie, /muted, ends in 3 h/))).toContain(
      "Muted raw/orders ends in 3 h, by me Unmute",
    );
    expect((await press(cookie, { unmute: '{"asset_key":["raw","orders"]}' })).status).toBe(303);
    await pageWith(cookie, /^(?!.*muted, ends)/);

    const late = textOf(await (await fetch(`${server.url}/assets/raw/orders`, { headers: { cookie } })).text());
    expect(late).toContain("Freshness late since");
    const catalog = textOf(await (await fetch(`${server.url}/?state=late`, { headers: { cookie } })).text());
    expect(catalog).toMatch(/raw \/ orders never late/);

    expect((await press(cookie, { close: id })).status).toBe(303);
    expect(textOf(await pageWith(cookie, /Alerts 1 Docs/))).not.toContain("team:shop");
    const closed = textOf(
      await (await fetch(`${server.url}/alerts?status=resolved`, { headers: { cookie: other } })).text(),
    );
    expect(closed).toMatch(/resolved raw \/ orders .* Somebody closed it\./);
    expect(closed).not.toContain("Mute or close");
  });
});
