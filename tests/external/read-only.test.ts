import { beforeEach, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";
import { describeAsRoot } from "./as-root.ts";

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
