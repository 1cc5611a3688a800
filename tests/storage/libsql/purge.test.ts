import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { materialization } from "../../../core/index.ts";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { openConnection } from "../../../storage/libsql/connection.ts";
import { encodeEvent } from "../../../storage/libsql/event-row.ts";
import { FileWriter } from "../../../storage/libsql/file-writer.ts";
import { joinRows } from "../../../storage/libsql/group.ts";
import { migrate } from "../../../storage/libsql/migrate.ts";
import { purgeStep } from "../../../storage/libsql/purge.ts";
import { wipe } from "../../../storage/libsql/wipe.ts";
import { writeGroup } from "../../../storage/libsql/write-group.ts";
import { temporaryFolder } from "../../server.ts";

describe("the rows of a wiped asset", () => {
  let url = "";
  let client: Client;
  let writer: FileWriter;
  beforeEach(async () => {
    const file = join(temporaryFolder(), "runless.db");
    url = `file:${file}`;
    client = await openConnection({ url });
    await migrate(client);
    writer = new FileWriter(file);
    const events = Array.from({ length: 2500 }, (_, i) => materialization("gone", { partition: String(i) }));
    const rows = [...events, materialization("kept")].map((event, i) =>
      encodeEvent(event, { key: `k${i}`, fingerprint: String(i) }),
    );
    await writeGroup(writer, { rows: joinRows(rows), sizes: [rows.length], keyed: true, checks: false, now: 0 });
    await wipe(writer, { assetKey: ["gone"] }, null, 0);
  });
  afterEach(() => {
    writer.close();
    client.close();
  });

  const count = async (table: string) => {
    const { rows } = await client.execute(`SELECT count(*) AS n FROM ${table}`);
    return Number(rows[0]?.n);
  };
  /** Of events, keys and summaries. */
  const counts = () => Promise.all(["event", "idempotency", "summary"].map(count));
  const kept = [2, 1, 1]; // the other asset's event, and the trace

  test("go in chunks afterwards, and nobody else's with them", async () => {
    let left = await counts();
    expect(left[0]).toBe(2502);
    for (let more = true; more; ) {
      more = await purgeStep(client, writer);
      const now = await counts();
      for (const [i, rows] of now.entries()) expect((left[i] ?? 0) - rows).toBeLessThanOrEqual(1000);
      left = now;
    }
    expect(left).toEqual(kept);
    expect(await count("wiped_asset")).toBe(0);
  });

  test("go after the next start, where a crash came before", async () => {
    await purgeStep(client, writer);
    const log = await openLibsqlEventLog({ url });
    while ((await count("wiped_asset")) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await counts()).toEqual(kept);
    await log.close();
  });
});
