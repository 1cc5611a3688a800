// Fills a database with what is hard on the pages, in some seconds. `npm run hard-log -- hard.db`, then
// `npm start -- --database-url file:hard.db`. The same file each time, but for the hour it was made in.
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  type AssetKey,
  checkEvaluation,
  float,
  int,
  type JsonValue,
  materialization,
  observation,
  type RunlessEvent,
} from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";

const hour = 3_600_000;
const day = 24 * hour;
export const hardLogDays = 35;

/** Pages of the hard log that are worth a look, by a short name. */
export const hardPages: Readonly<Record<string, string>> = {
  catalog: "/",
  "catalog-latest": "/?sort=latest",
  "catalog-prefix": "/?prefix=%5B%22warehouse%22%5D",
  events: "/events",
  "events-prefix": "/events?prefix=%5B%22rare%22%5D",
  checks: "/checks",
  "many-checks": "/assets/hard/many_checks",
  daily: "/assets/hard/daily_partitions",
  hourly: "/assets/hard/hourly_partitions",
  busy: "/assets/hard/busy",
  numbers: "/assets/hard/numbers",
  names: `/assets/hard/${longName("customer_lifetime_value")}`,
  "look-alikes": "/assets/hard/look_alikes",
  schema: "/assets/hard/table_schema",
  traceback: "/assets/hard/traceback",
  "out-of-order": "/assets/hard/out_of_order",
  ahead: "/assets/hard/ahead",
  bidi: "/assets/hard/%F0%9F%93%A6%20orders",
};

/** 60 letters and more without a place to break. */
function longName(word: string): string {
  return word.replaceAll("_", "").repeat(4);
}

/**
 * Some 50,000 events of 5,000 assets over 35 days, oldest first but for what comes out of order. They differ in nothing
 * but their times from one `now` (milliseconds since 1970 UTC) to another.
 */
export function hardEvents(now: number, assets = 5000, events = 50_000): readonly RunlessEvent[] {
  const random = randomFrom(19);
  const start = now - hardLogDays * day;
  const hard = [
    ...manyChecks(now, random),
    ...partitioned(now, random),
    ...busy(start, now, random),
    ...numbers(start, now),
    ...names(now),
    ...texts(now),
    ...outOfOrder(now),
  ];
  const keys = catalogKeys(assets - new Set(hard.map(({ assetKey }) => assetKey.join("/"))).size);
  const timed = hard.toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0));
  const rest = ordinary(keys, Math.max(keys.length, events - hard.length), start, now, random);
  // A report out of order stays so: it comes last, whatever its timestamp says.
  const isLate = ({ assetKey: [first, second] }: RunlessEvent) => first === "hard" && second === "out_of_order";
  const merged = [...timed.filter((event) => !isLate(event)), ...rest].sort(
    (a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0),
  );
  return [...merged, ...hard.filter(isLate)];
}

/** From 0 to 1, the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const layers = ["raw", "staging", "intermediate", "marts", "reporting"];
const subjects = ["orders", "customers", "payments", "inventory", "web_events", "shipments", "returns", "campaigns"];
const tables = ["fct", "dim", "stg", "agg", "snapshot"];

/** A tree as warehouses have it: few large prefixes, many small ones, some assets on top of all. */
function catalogKeys(count: number): readonly AssetKey[] {
  const of = (list: readonly string[], i: number) => list[i % list.length] ?? "";
  return Array.from({ length: count }, (_, i): AssetKey => {
    const subject = of(subjects, Math.floor(i / 7));
    if (i % 500 === 0) return [`top_level_${i / 500}`];
    if (i % 10 < 5) {
      return ["warehouse", of(layers, i), subject, `${of(tables, i)}_${subject}_${Math.floor(i / 10)}`];
    }
    if (i % 10 < 7) return ["s3", "acme-data-lake", subject, `table=${subject}_${i}`, "v2"];
    if (i % 10 < 9) return ["vendors", `vendor_${i % 60}`, `${subject}_${i}`];
    return ["ml", `team_${i % 12}`, "models", `${subject}_model_${i}`, "latest"];
  });
}

/** Each asset has its own rhythm; one in forty fails a check, one in sixty warns. */
function* ordinary(keys: readonly AssetKey[], count: number, start: number, now: number, random: () => number) {
  for (let i = 0; i < count; i++) {
    const asset = (i * 7919) % keys.length;
    const key = keys[asset] ?? [];
    const round = Math.floor(i / keys.length);
    const timestamp = Math.round(start + ((i + random()) / count) * (now - start));
    if (round % 4 === 3 || (round % 4 === 1 && asset % 40 === 0)) {
      const passed = asset % 40 !== 0 && asset % 60 !== 7;
      const severity = asset % 60 === 7 ? ("WARN" as const) : ("ERROR" as const);
      yield checkEvaluation(key, {
        checkName: "row_count_in_range",
        passed,
        severity,
        timestamp,
        metadata: { rows: i },
      });
    } else if (asset % 9 === 4) yield observation(key, { timestamp, metadata: { rows: 1000 + asset + round } });
    else {
      const metadata = { rows: 1000 + asset + round, seconds: float(Math.round(random() * 9000) / 100) };
      yield materialization(key, { timestamp, metadata, dataVersion: `v${Math.floor(i / 20_000)}` });
    }
  }
  // Below a prefix of its own, 30 events that were the first of all.
  for (let i = 0; i < 30; i++) {
    yield materialization(["rare", "vendor", `feed_${i % 3}`], { timestamp: start + i * 1000, metadata: { rows: i } });
  }
}

/** 200 checks: every tenth fails, every thirtieth warns. */
function* manyChecks(now: number, random: () => number): Generator<RunlessEvent> {
  const key = ["hard", "many_checks"];
  yield materialization(key, { timestamp: now - 3 * hour, metadata: { rows: 200 } });
  for (let round = 2; round >= 0; round--) {
    for (let i = 0; i < 200; i++) {
      const checkName = i === 199 ? longName("the_last_of_all_checks") : `check_${String(i).padStart(3, "0")}`;
      const passed = i % 10 !== 3 && i % 30 !== 7;
      const severity = i % 30 === 7 ? "WARN" : "ERROR";
      const metadata = { null_rows: passed ? 0 : Math.ceil(random() * 90) };
      yield checkEvaluation(key, { checkName, passed, severity, timestamp: now - round * day - i * 1000, metadata });
    }
  }
}

/** 3,000 days but for three gaps, 200 hours but for some, and a region of each day. */
function* partitioned(now: number, random: () => number): Generator<RunlessEvent> {
  const midnight = Math.floor(now / day) * day;
  for (let i = 3000; i > 0; i--) {
    if (i === 7 || i === 8 || (i > 400 && i < 431)) continue;
    const partition = new Date(midnight - i * day).toISOString().slice(0, 10);
    // Of what was before the log began there is one report: a backfill.
    const timestamp =
      i > hardLogDays ? now - hardLogDays * day + (3000 - i) * 1000 : midnight - (i - 1) * day + 2 * hour;
    const metadata = { rows: Math.round(10_000 * (1 + random())), partition_bytes: 1_000_000 + i };
    yield materialization(["hard", "daily_partitions"], { partition, timestamp, metadata });
  }
  const full = Math.floor(now / hour) * hour;
  for (let i = 200; i > 0; i--) {
    if (i === 30 || (i > 90 && i < 97)) continue;
    const partition = new Date(full - i * hour).toISOString().slice(0, 13).replace("T", "-");
    const timestamp = full - (i - 1) * hour + 300_000;
    yield materialization(["hard", "hourly_partitions"], {
      partition: `${partition}:00`,
      timestamp,
      metadata: { rows: i },
    });
  }
  for (const region of ["eu", "us", "asia"]) {
    for (let i = 40; i > 0; i--) {
      const partition = `${new Date(midnight - i * day).toISOString().slice(0, 10)}|${region}`;
      yield materialization(["hard", "regional"], {
        partition,
        timestamp: midnight - (i - 1) * day,
        metadata: { rows: i },
      });
    }
  }
}

/** A report each three minutes over all the days, with checks between: what 300 events are five hours of. */
function* busy(start: number, now: number, random: () => number): Generator<RunlessEvent> {
  const key = ["hard", "busy"];
  let rows = 1_000_000;
  for (let i = 0, time = start; time < now; i++, time += 3 * 60_000) {
    rows += Math.round((random() - 0.48) * 900);
    if (i % 50 === 49) {
      yield checkEvaluation(key, { checkName: "fresh", passed: i % 1000 !== 49, severity: "WARN", timestamp: time });
    } else if (i % 5 === 4) yield observation(key, { timestamp: time, metadata: { rows, lag_seconds: random() * 60 } });
    else {
      const metadata = { rows, seconds: 2 + random() * 8, note: "incremental" };
      yield materialization(key, { timestamp: time, dataVersion: `2026.${Math.floor(i / 480)}`, metadata });
    }
  }
}

/** What is too large, too small, too long or too even for axes and rows. */
function* numbers(start: number, now: number): Generator<RunlessEvent> {
  const key = ["hard", "numbers"];
  for (let i = 0; i < 120; i++) {
    const swing = Math.sin(i / 9);
    const metadata = {
      greatest: i % 3 === 0 ? float(Number.MAX_VALUE) : float(1.7e308 * Math.abs(swing)),
      signed: float(1.79e308 * (i % 2 === 0 ? 1 : -1)),
      digits_26: int(12_345_678_901_234_567_890_123_456n + BigInt(i)),
      tiny: float(1e-9 * (1 + (i % 7))),
      narrow: float(1.000_01 + (i % 11) / 1_000_000),
      narrow_large: 1_000_000_000 + (i % 4),
      trillions: 12_345_678_901_234 + i * 1_000_000_000,
      constant: 1,
      negative: -5000 + i * 40,
      one_or_zero: i % 2,
      seconds: float(Math.abs(swing) * 4000),
      bytes: 10_000_000_000 + i * 1_234_567,
      infinite: float(Number.POSITIVE_INFINITY),
      not_a_number: float(Number.NaN),
    };
    yield materialization(key, { timestamp: start + ((i + 1) / 120) * (now - start - hour), metadata });
  }
}

function* names(now: number): Generator<RunlessEvent> {
  const long = longName("customer_lifetime_value");
  for (let i = 3; i > 0; i--) {
    yield materialization(["hard", long], {
      partition: longName("region_europe"),
      timestamp: now - i * hour,
      dataVersion: "sha256:".padEnd(71, "0123456789abcdef"),
      description: longName("a_description_without_any_place_to_break"),
      metadata: { [longName("a_metric_with_a_name")]: i, path: `s3://${"folder/".repeat(30)}part-0000${i}.parquet` },
    });
  }
  const alike = [
    "eu",
    "eu ",
    " eu",
    "e\u200bu",
    "eu\n",
    "eu\t",
    "еu",
    "e\u00adu",
    "\u202eue",
    "eu\u00a0",
    "EU",
    "e  u",
    "e u",
  ];
  for (const [i, name] of alike.entries()) {
    const timestamp = now - (40 - i) * 60_000;
    yield materialization(["hard", "look_alikes"], { partition: name, timestamp, metadata: { [name]: i, same: name } });
    yield checkEvaluation(["hard", "look_alikes"], { checkName: name, passed: i % 4 !== 0, timestamp: timestamp + 1 });
    yield materialization(["hard", "alike", name], { timestamp: timestamp + 2, dataVersion: name });
  }
  for (const name of ["📦 orders", "👩‍👩‍👧‍👦 families", "طلبات العملاء", "‮drawkcab", "日本語の資産", "ẓ̌á̲l͔̝̞̄̑͌g̖̘̘̔̔͢͞͝o̪̔T̢̙̫̈̍͞e̬͈͕͌̏͑x̺̍ṭ̓̓ͅ"]) {
    yield materialization(["hard", name], {
      partition: `${name} ✅`,
      timestamp: now - 50 * 60_000,
      description: `${name}: ${name}`,
      metadata: { [name]: name },
    });
  }
}

const frame = (i: number) =>
  `  File "/opt/airflow/dags/warehouse/pipelines/load_orders.py", line ${40 + i * 7}, in step_${i}\n    result = run_step(connection, table="orders", partition=partition, retries=${i})`;
const traceback = `Traceback (most recent call last):\n${Array.from({ length: 18 }, (_, i) => frame(i)).join("\n")}\nsqlalchemy.exc.OperationalError: (psycopg2.OperationalError) server closed the connection unexpectedly`;

const types = [
  "bigint",
  "varchar(255)",
  "timestamp with time zone",
  "numeric(38, 9)",
  "struct<street:string,zip:string>",
];

/** As Dagster writes a table schema: constraints nested, tags an object. */
const tableSchema = (columns: number): JsonValue => ({
  columns: Array.from({ length: columns }, (_, i) => ({
    name: i === 13 ? longName("a_column_whose_name_is_long") : `column_${i}`,
    type: types[i % types.length] ?? "",
    description:
      i % 3 === 0 ? `What column ${i} holds, in a sentence that is long enough to need more than one line.` : null,
    constraints: {
      nullable: i % 4 !== 0,
      unique: i % 9 === 0,
      other: i % 5 === 0 ? [`> ${i}`, "length <= 255"] : [],
    },
    tags: i % 6 === 0 ? { pii: "true", owner: "data-platform" } : {},
  })),
  constraints: { other: ["row count > 0", "sorted by column_2"] },
});

function* texts(now: number): Generator<RunlessEvent> {
  for (let i = 3; i > 0; i--) {
    const timestamp = now - i * 2 * hour;
    yield materialization(["hard", "table_schema"], {
      timestamp,
      metadata: {
        "dagster/column_schema": { type: "table_schema", rawValue: tableSchema(45) },
        rows: 45 + i,
        sample: {
          type: "table",
          rawValue: { records: Array.from({ length: 12 }, (_, n) => ({ data: { n, name: `row ${n}`, v: n / 7 } })) },
        },
        lineage: {
          type: "table_column_lineage",
          rawValue: { deps_by_column: { column_1: [{ asset_key: ["hard", "busy"], column_name: "rows" }] } },
        },
      },
    });
    yield materialization(["hard", "traceback"], {
      timestamp,
      description: `Loads the orders.\nThen the customers.\n\nOwner: data-platform`,
      metadata: {
        traceback,
        short: "one\ntwo\nthree",
        log: { type: "md", rawValue: "# Log\n\n- one\n- two\n" },
        rows: i,
      },
    });
    yield checkEvaluation(["hard", "traceback"], {
      checkName: "loads",
      passed: false,
      timestamp: timestamp + 1000,
      description: traceback,
      metadata: { error: traceback },
    });
  }
}

/** What was reported last is not what happened last; one event is 20 h ahead of the clock. */
function* outOfOrder(now: number): Generator<RunlessEvent> {
  for (let i = 0; i < 400; i++) {
    const timestamp = now - ((i * 37) % 400) * 2 * hour - 5 * 60_000;
    yield materialization(["hard", "out_of_order"], {
      timestamp,
      dataVersion: `v${i % 5}`,
      metadata: { rows: 1000 + ((i * 37) % 400) },
    });
  }
  for (let i = 10; i > 0; i--) {
    yield materialization(["hard", "ahead"], { timestamp: now - i * 3 * hour, metadata: { rows: 100 + i } });
  }
  yield materialization(["hard", "ahead"], { timestamp: now + 20 * hour, metadata: { rows: 90 } });
}

/** Fills a new log in a file; one that is there is removed. Answers how many events it holds. */
export async function writeHardLog(file: string, now: number): Promise<number> {
  for (const ending of ["", "-wal", "-shm"]) rmSync(file + ending, { force: true });
  const log = await openEventLog({ url: `file:${file}` });
  try {
    const events = hardEvents(now);
    for (let at = 0; at < events.length; at += 1000) {
      await log.append([events.slice(at, at + 1000).map((event) => ({ event }))]);
    }
    return events.length;
  } finally {
    await log.close();
  }
}

if (import.meta.main) {
  const [file] = parseArgs({ allowPositionals: true }).positionals;
  if (file === undefined) throw new Error("Name the database file to make: npm run hard-log -- hard.db");
  console.log(`${await writeHardLog(file, Date.now())} events in ${file}`);
}
