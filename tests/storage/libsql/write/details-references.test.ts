import { expect, test } from "bun:test";
import { join } from "node:path";
import { formatDetails } from "../../../../core/events/wire.ts";
import { materialization } from "../../../../core/index.ts";
import { openLibsqlEventLog } from "../../../../storage/index.ts";
import { expandRows } from "../../../../storage/libsql/write/details-references.ts";
import { encodeUnits } from "../../../../storage/libsql/write/encode-units.ts";
import { inBuffers } from "../../../../storage/libsql/write/group.ts";
import { temporaryFolder } from "../../../server.ts";

const text = `"#\n${"x".repeat(10_000)}`;
const common = materialization("a", { description: text, metadata: { rows: [1, "#", { a: '"' }] } });
const unit = ["p", "q", "#r"].map((partition) => ({ event: { ...common, partition } }));

test("events that differ in their partitions alone send their details once", () => {
  const { rows, shared } = encodeUnits([unit, [{ event: common }]]);
  expect(Object.values(shared ?? {})).toEqual([formatDetails(common)]);
  expect(rows.split(text.slice(3)).length - 1).toBe(1); // that of the unit of one
  const apart = encodeUnits([...unit.map((one) => [one]), [{ event: common }]]);
  expect(expandRows(rows, shared ?? {})).toBe(apart.rows);
});

test("small details are sent with each event", () => {
  const small = materialization("a", { metadata: { n: 1 } });
  expect(encodeUnits([[{ event: small }, { event: { ...small, partition: "p" } }]]).shared).toBeUndefined();
});

test("large details are sent and recorded as a value of their own, from this thread and from another", async () => {
  const large = [1, 2, 3, 4, 5].map((i) => materialization("a", { description: `${i}"#é\0${"y".repeat(70_000)}` }));
  for (const event of large) expect(encodeUnits([[{ event }]]).rows.length).toBeLessThan(200);
  const log = await openLibsqlEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  await Promise.all(large.map((event) => log.append([[{ event }]])));
  const other = inBuffers(encodeUnits([large.map((event) => ({ event }))]));
  expect([other.rows, ...Object.values(other.shared ?? {})].every((one) => one instanceof ArrayBuffer)).toBe(true);
  await log.appendEncoded(other);
  const { events } = await log.query({}, { order: "asc", limit: 100 });
  expect(events.map(({ description }) => description)).toEqual(
    [...large, ...large].map(({ description }) => description),
  );
  await log.close();
});

test("what was sent once is recorded with each event, beside others in the same commit", async () => {
  const log = await openLibsqlEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  const other = materialization("b", { description: "#other" });
  const keyed = unit.map((one, i) => ({ ...one, idempotencyKey: `k${i}` }));
  await Promise.all([log.append([[{ event: other }]]), log.append([unit]), log.append([keyed]), log.append([keyed])]);
  const { events } = await log.query({}, { order: "asc", limit: 100 });
  const contents = events.map(({ partition, description, metadata }) => [partition, description, metadata]);
  const expected = unit.map(({ event }) => [event.partition, text, common.metadata]);
  expect(contents).toEqual([[null, "#other", {}], ...expected, ...expected]);
  await log.close();
});
