import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { watchingCases } from "../../../core/watching-cases.ts";
import { portToReturnTo, type RunningServer, runtimes, startServer, temporaryFolder } from "../../../server.ts";
import { type CliResult, patience, runCli, startCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const cases = watchingCases.filter(({ area }) => area === "wait");

const outcome = v.object({
  exit: v.optional(v.number()),
  waits: v.optional(v.boolean()),
  state: v.optional(v.string()),
  status: v.optional(v.number()),
  stdout_json: v.optional(v.looseObject({})),
});

/** A server whose database has a token for each case, and a wait for partition p1 of an asset of the case's own. */
class Site {
  readonly databaseUrl = `file:${temporaryFolder()}/log.db`;
  readonly #flags: readonly string[];
  server: RunningServer | undefined;

  constructor(port: number) {
    this.#flags = ["--port", String(port)];
  }

  async start(): Promise<void> {
    this.server = await startServer(runtimes[0] ?? "bun", { databaseUrl: this.databaseUrl, args: this.#flags });
  }

  get url(): string {
    return this.server?.url ?? "";
  }

  async token(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runCli(["token", ...args, "--database-url", this.databaseUrl]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  }
}

const site = new Site(await portToReturnTo());
let [admin, job, elsewhere] = ["", "", ""];

const keyOf = (id: number) => `case/${id}`;
const headers = () => ({ authorization: `Bearer ${admin}`, "content-type": "application/json" });

async function post(...events: readonly object[]): Promise<number> {
  const body = JSON.stringify(events);
  const { status } = await fetch(`${site.url}/api/v1/events`, { method: "POST", headers: headers(), body });
  expect(status).toBe(200);
  return performance.now();
}
const built = (id: number) => ({ type: "ASSET_MATERIALIZATION", asset_key: keyOf(id), partition: "p1" });
const checked = (id: number, passed: boolean) => {
  return { ...built(id), type: "ASSET_CHECK_EVALUATION", check_name: "no_nulls", passed };
};

/** Starts the command. Resolves once the server has told it that something is missing. */
async function startWaiting(id: number, args: readonly string[] = [], token = admin) {
  const before = await waitsAnswered();
  const env = { RUNLESS_URL: site.url, RUNLESS_TOKEN: token };
  const child = startCli(["wait", keyOf(id), "--partition", "p1", "--json", ...args], { env });
  child.stdin.end();
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, "exit").then(async ([exitCode]) => ({
    ...{ exitCode: exitCode as number | null, stdout: await stdout, stderr: await stderr, at: performance.now() },
  }));
  while ((await waitsAnswered()) === before) expect(child.exitCode).toBe(null);
  return { ended };
}

/** How many waits the server has answered with 408. */
async function waitsAnswered(): Promise<number> {
  const metrics = await (await fetch(`${site.url}/metrics`, { headers: headers() })).text();
  return Number(/route="\/api\/v1\/wait",status="408"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

const wait = (id: number, ...args: readonly string[]): Promise<CliResult> => {
  const env = { RUNLESS_URL: site.url, RUNLESS_TOKEN: admin };
  return runCli(["wait", keyOf(id), "--partition", "p1", "--json", ...args], { env });
};
const onCheck = ["--check", "no_nulls"];

/** What happens in each case, and the result of the command. */
const stories: Readonly<Record<number, (id: number) => Promise<CliResult>>> = {
  async 81(id) {
    await post(built(id));
    return wait(id);
  },
  async 82(id) {
    const { ended } = await startWaiting(id);
    const committed = await post(built(id));
    const { at, ...result } = await ended;
    expect(at - committed).toBeLessThan(1000);
    return result;
  },
  async 84(id) {
    await post(built(id), checked(id, false));
    const { ended } = await startWaiting(id, onCheck);
    await post(checked(id, true));
    return ended;
  },
  async 85(id) {
    await post(built(id), checked(id, false));
    return wait(id, ...onCheck, "--fail-fast");
  },
  async 86(id) {
    await post(checked(id, true), built(id));
    return wait(id, ...onCheck, "--timeout", "0s");
  },
  async 88(id) {
    const { ended } = await startWaiting(id, onCheck);
    await post(built(id), checked(id, true));
    return ended;
  },
  89: (id) => wait(id, "--timeout", "1s"),
  async 90(id) {
    const { ended } = await startWaiting(id);
    await site.server?.stop("SIGKILL");
    await site.start();
    await post(built(id));
    return ended;
  },
  async 92(id) {
    const { ended } = await startWaiting(id, [], job);
    await site.token("revoke", "job");
    return ended;
  },
  async 93(id) {
    const answer = await fetch(`${site.url}/api/v1/wait?asset_key=${keyOf(id)}&partition=p1`, {
      headers: { authorization: `Bearer ${elsewhere}` },
    });
    expect(answer.status).toBe(403);
    const env = { RUNLESS_URL: site.url, RUNLESS_TOKEN: elsewhere };
    return runCli(["wait", keyOf(id), "--partition", "p1"], { env });
  },
  async 94(id) {
    await post(built(id));
    const wiped = await fetch(`${site.url}/api/v1/assets?asset_key=${keyOf(id)}`, {
      method: "DELETE",
      headers: headers(),
    });
    expect(wiped.status).toBe(200);
    return wait(id, "--timeout", "0s");
  },
};

beforeAll(async () => {
  admin = await site.token("create", "--name", "admin", "--scope", "admin", "--create");
  job = await site.token("create", "--name", "job", "--scope", "read");
  elsewhere = await site.token("create", "--name", "elsewhere", "--scope", "read", "--prefix", "other");
  await site.start();
});
afterAll(() => site.server?.stop());

describe("the cases of waiting, by the command and a real server", () => {
  test("all have their story", () => {
    expect(Object.keys(stories).map(Number)).toEqual(cases.map(({ id }) => id));
  });

  test.each(cases.map((one) => [one.id, one.name, one] as const))("%d: %s", async (id, _name, one) => {
    const expected = v.parse(outcome, one.expect);
    const story = stories[id];
    if (story === undefined) throw new Error(`nothing tries case ${id}`);
    const { exitCode, stdout } = await story(id);
    // What waits on is cut off by its time.
    expect(exitCode).toBe(expected.waits === true ? 4 : (expected.exit ?? 0));
    if (expected.state !== undefined) expect(JSON.parse(stdout).waiting_for[0].state).toBe(expected.state);
    if (expected.stdout_json === undefined) return;
    const said = JSON.parse(stdout.replaceAll(JSON.stringify(keyOf(id).split("/")), '["a"]'));
    expect(said).toMatchObject(expected.stdout_json);
  });
});
