import { expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeFlushLock } from "../../../../adapters/cli/spool/flush-lock.ts";
import { isAlive, processIdentity } from "../../../../adapters/cli/spool/process-identity.ts";
import { programs, temporaryFolder } from "../../../server.ts";
import { patience } from "../run-cli.ts";

setDefaultTimeout(patience);

/** A process that ends when its standard input does. */
function startIdle() {
  const child = spawn("cat", [], { stdio: ["pipe", "ignore", "ignore"] });
  const end = async () => {
    const ended = once(child, "exit");
    child.stdin.end();
    await ended;
  };
  return { identity: processIdentity(child.pid), end };
}

test("a process is known by its pid and start, and gone once it has ended", async () => {
  const { identity, end } = startIdle();
  expect([isAlive(processIdentity()), isAlive(identity)]).toEqual([true, true]);
  const [pid, start] = identity.split("-").map(Number);
  expect(isAlive(`${pid}-${(start ?? 0) + 1}`)).toBe(false); // another that has the same pid
  await end();
  expect(isAlive(identity)).toBe(false);
  expect(["", "x", "0-0", "-1-0", "NaN-5"].map(isAlive)).toEqual([false, false, false, false, false]);
});

test("the lock of a process that lives is held, and that of one that was killed keeps nobody out", async () => {
  const folder = temporaryFolder();
  const { identity, end } = startIdle();
  writeFileSync(join(folder, `flushing-${identity}`), "");
  expect(takeFlushLock(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([`flushing-${identity}`]);
  await end();
  const release = takeFlushLock(folder);
  expect(readdirSync(folder)).toEqual([`flushing-${processIdentity()}`]);
  release?.();
  expect(readdirSync(folder)).toEqual([]);
});

test("where a system does not say when a process started, its lock is void after an hour", async () => {
  const folder = temporaryFolder();
  const { identity, end } = startIdle();
  const lock = join(folder, `flushing-${identity.split("-")[0]}-0`);
  writeFileSync(lock, "");
  expect(takeFlushLock(folder)).toBeUndefined();
  utimesSync(lock, new Date(), new Date(Date.now() - 3_700_000));
  expect(takeFlushLock(folder)).toBeFunction();
  await end();
});

test("of many that contend, some of which are killed, never two have the lock at once", async () => {
  const [folder, diary] = [temporaryFolder(), join(temporaryFolder(), "diary")];
  const program = new URL("contend.ts", import.meta.url).pathname;
  const start = (count: number) => spawn(programs.bun, [program, folder, diary, String(count)], { stdio: "ignore" });
  const patient = Array.from({ length: 4 }, () => start(40));
  const ended = Promise.all(patient.map((child) => once(child, "exit")));
  const killed = new Set<number>();
  for (let isOver = false; !isOver; ) {
    const victim = start(1000);
    const before = entries(diary).length;
    killed.add(victim.pid ?? 0);
    const gone = once(victim, "exit");
    // As soon as something has happened since it was started: wherever it is then.
    while (!entries(diary).slice(before).includes(`enter ${victim.pid}`) && patient.some(isRunning)) await turn();
    victim.kill("SIGKILL");
    await gone;
    isOver = !patient.some(isRunning);
  }
  expect((await ended).map(([code]) => code)).toEqual([0, 0, 0, 0]);
  let inside: number | undefined;
  for (const entry of entries(diary)) {
    const [what, pid] = [entry.split(" ")[0], Number(entry.split(" ")[1])];
    if (what === "leave") expect(pid).toBe(inside ?? 0);
    else expect(inside === undefined || killed.has(inside)).toBe(true);
    inside = what === "enter" ? pid : undefined;
  }
  expect(killed.size).toBeGreaterThan(1);
});

function entries(diary: string): string[] {
  try {
    return readFileSync(diary, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

function isRunning({ exitCode, signalCode }: { readonly exitCode: number | null; readonly signalCode: string | null }) {
  return exitCode === null && signalCode === null;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
