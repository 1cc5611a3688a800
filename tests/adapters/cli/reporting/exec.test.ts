import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { runtimes } from "../../../server.ts";
import { newFile, patience, runCli, startCli, type Target, targets } from "../run-cli.ts";

setDefaultTimeout(patience);

describe.each(Object.entries(targets))("exec over %s", (_, open) => {
  let target: Target;
  const exec = (key: string, ...command: string[]) => runCli(["exec", key, "--", ...command], { env: target.env });
  const eventsOf = async (key: string) => {
    const { stdout } = await runCli(["events", "--asset-key", key, "--json"], { env: target.env });
    return JSON.parse(stdout).events;
  };
  beforeAll(async () => {
    target = await open();
  });
  afterAll(() => target.stop());

  test("a command that ends with 0 is a check that passed and a materialization", async () => {
    const result = await runCli(
      ["exec", "good", "--partition", "p", "--metadata", "rows=5", "--", "sh", "-c", "cat; echo err >&2"],
      {
        env: target.env,
        input: "in",
      },
    );
    expect(result).toEqual({ exitCode: 0, stdout: "in", stderr: "err\n" });
    const [check, built] = await eventsOf("good");
    expect(check).toMatchObject({
      check_name: "exec",
      passed: true,
      partition: "p",
      metadata: { exit_code: { type: "int", raw_value: 0 } },
    });
    expect(check.metadata.duration_seconds.type).toBe("float");
    expect(check.metadata.stderr).toBeUndefined();
    expect(built).toMatchObject({
      type: "ASSET_MATERIALIZATION",
      partition: "p",
      metadata: { rows: { raw_value: 5 } },
    });
  });

  test("a command that fails is a check that failed, with its last lines of standard error, and nothing else", async () => {
    const { exitCode } = await exec("bad", "sh", "-c", "for i in $(seq 100); do echo line $i >&2; done; exit 42");
    expect(exitCode).toBe(42);
    const events = await eventsOf("bad");
    expect(events).toMatchObject([{ check_name: "exec", passed: false, metadata: { exit_code: { raw_value: 42 } } }]);
    const lines = events[0].metadata.stderr.raw_value.split("\n");
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([20, "line 81", "line 100"]);
  });

  test("a command that a signal ends has the exit code 128 + n", async () => {
    expect((await exec("killed", "sh", "-c", "kill -9 $$")).exitCode).toBe(137);
    expect(await eventsOf("killed")).toMatchObject([{ passed: false, metadata: { signal: { raw_value: "SIGKILL" } } }]);
  });

  test("a command that is not there has the exit code 127", async () => {
    expect((await exec("missing", "no-such-command-here")).exitCode).toBe(127);
    expect(await eventsOf("missing")).toMatchObject([{ passed: false, metadata: { exit_code: { raw_value: 127 } } }]);
  });

  test("a signal goes to the command, and its end is reported", async () => {
    const child = startCli(["exec", "stopped", "--", "sh", "-c", "echo ready; exec sleep 60"], { env: target.env });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(143);
    expect(await eventsOf("stopped")).toMatchObject([{ passed: false, metadata: { exit_code: { raw_value: 143 } } }]);
  });
});

describe.each([...runtimes])("exec on %s", (runtime) => {
  const failing = (env: Readonly<Record<string, string>>) =>
    runCli(["exec", "a/b", "--partition", "p", "--no-spool", "--", "sh", "-c", "exit 7"], { env, runtime });
  const warning = "runless: warning: the outcome of a/b, partition p (exit code 7) was not reported: ";

  test("a report that fails is a warning and never hides the exit code", async () => {
    const unreachable = [
      { RUNLESS_URL: "http://127.0.0.1:9" },
      { RUNLESS_URL: "nonsense" },
      { RUNLESS_DATABASE_URL: "file:/no/such/folder/x.db" },
    ];
    for (const { exitCode, stderr } of await Promise.all(unreachable.map(failing))) {
      expect([exitCode, stderr.slice(0, warning.length)]).toEqual([7, warning]);
    }
  });

  test("a report that nobody answers holds the exit code up for 10 seconds", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const results = await Promise.all([failing({ RUNLESS_URL: url }), failing({ RUNLESS_DATABASE_URL: url })]);
    expect(results[0]).toEqual({
      exitCode: 7,
      stdout: "",
      stderr: `${warning}it took longer than 10 seconds. It may be recorded all the same.\n`,
    });
    const unreachable = expect.stringContaining(`${warning}The database ${url} can't be reached: `);
    expect(results[1]).toEqual({ exitCode: 7, stdout: "", stderr: unreachable });
    silent.close();
  });
});

test("a process that the command leaves behind does not hold up its report", async () => {
  // It would take longer than the test may.
  const { exitCode } = await runCli(["exec", "a", "--", "sh", "-c", "sleep 60 >/dev/null & exit 5"], newFile());
  expect(exitCode).toBe(5);
}, 30_000);

test("wrong options end before the command runs", async () => {
  const { exitCode, stdout } = await runCli(["exec", "a", "--metadata", "x", "--", "echo", "ran"], newFile());
  expect([exitCode, stdout]).toEqual([2, ""]);
});
