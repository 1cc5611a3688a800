import { beforeEach, expect, test } from "bun:test";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { programs, type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";
import { describeAsRoot } from "./as-root.ts";

const runless = new URL("../../adapters/cli/runless.ts", import.meta.url).pathname;
const nobody = 65534;
const asNobody = ["setpriv", "--reuid", String(nobody), "--regid", String(nobody), "--clear-groups"];

describeAsRoot("a database that can only be read stops the start", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(temporaryFolder(), "data");
    mkdirSync(folder);
    const log = await openEventLog({ url: `file:${join(folder, "runless.db")}` });
    await log.append([[{ event: materialization("a") }]]);
    await log.close();
  });

  const expectRefusal = async (start: Promise<unknown>, file: string) => {
    await expect(start).rejects.toThrow("ended with 1 before it listened");
    await expect(start).rejects.toThrow(
      `runless can't start: The database file:${file} can't be opened: its folder must be there, and both must be writable.`,
    );
  };

  test.each([...runtimes])("of the %s server, whose user may not write the file", async (runtime) => {
    const file = join(folder, "runless.db");
    for (const suffix of ["-wal", "-shm"]) chownSync(file + suffix, nobody, nobody);
    chownSync(folder, nobody, nobody);
    chmodSync(join(folder, ".."), 0o755);
    await expectRefusal(startServer(runtime, { databaseUrl: `file:${file}`, under: asNobody }), file);
  });

  test.each([...runtimes])("of the %s server, whose user may not write the folder", async (runtime) => {
    const file = join(folder, "runless.db");
    chownSync(file, nobody, nobody);
    chmodSync(join(folder, ".."), 0o755);
    await expectRefusal(startServer(runtime, { databaseUrl: `file:${file}`, under: asNobody }), file);
  });

  test.each([...runtimes])("of the %s server, on a disk that is mounted to be read only", async (runtime) => {
    const mounted = join(folder, "..", "mounted");
    mkdirSync(mounted);
    execFileSync("mount", ["--bind", folder, mounted]);
    execFileSync("mount", ["-o", "remount,ro,bind", mounted]);
    try {
      const file = join(mounted, "runless.db");
      await expectRefusal(startServer(runtime, { databaseUrl: `file:${file}` }), file);
    } finally {
      // Lazily: a process that has ended may hold it for a moment more.
      execFileSync("umount", ["--lazy", mounted]);
    }
  });
});

describeAsRoot("a database whose owner may only read it", () => {
  let file: string;
  let folder: string;
  beforeEach(async () => {
    folder = join(temporaryFolder(), "data");
    file = join(folder, "runless.db");
    mkdirSync(folder);
    const log = await openEventLog({ url: `file:${file}` });
    await log.append([[{ event: materialization("a") }]]);
    await log.close();
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true }); // empty now
    for (const path of [folder, file]) chownSync(path, nobody, nobody);
    chmodSync(join(folder, ".."), 0o755);
    chmodSync(file, 0o444);
  });
  const start = (runtime: Runtime) => startServer(runtime, { databaseUrl: `file:${file}`, under: asNobody });

  test.each([...runtimes])(
    "has nothing beside it after the %s server refused it, which starts later",
    async (runtime) => {
      await expect(start(runtime)).rejects.toThrow("its folder must be there, and both must be writable.");
      expect(readdirSync(folder)).toEqual(["runless.db"]);
      chmodSync(file, 0o644);
      expect(await (await start(runtime)).stop()).toBe(0);
    },
  );

  test.each([...runtimes])(
    "the %s server names what lies beside it and can't be written, and starts later",
    async (runtime) => {
      chmodSync(file, 0o644);
      for (const suffix of ["-wal", "-shm"]) {
        const beside = file + suffix;
        writeFileSync(beside, "");
        chownSync(beside, nobody, nobody);
        chmodSync(beside, 0o444);
        await expect(start(runtime)).rejects.toThrow(`can't be opened: ${beside} must be writable, `);
        chmodSync(beside, 0o644);
      }
      expect(await (await start(runtime)).stop()).toBe(0);
    },
  );

  test.each([
    ["backup", 0],
    ["vacuum", 3],
    ["doctor", 0],
  ] as const)("has nothing beside it after runless %s, which ends with %i", (command, exitCode) => {
    const args = ["--database-url", `file:${file}`, ...(command === "backup" ? [join(folder, "copy.db")] : [])];
    const [setpriv = "", ...options] = asNobody;
    const program = [...options, programs.bun, runless, command, ...args];
    expect(spawnSync(setpriv, program).status).toBe(exitCode);
    expect(readdirSync(folder).filter((name) => name !== "copy.db")).toEqual(["runless.db"]);
  });
});
