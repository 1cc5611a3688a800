import type { MetadataInput } from "../../../core/index.ts";

// The jobs of the demo are data. This file is long because there are many of them.

/** A job of the demo, which updates one asset at an interval. */
export interface Job {
  readonly key: string;
  /** Hours between two runs. */
  readonly every: number;
  /** Minutes after midnight UTC of the first run of a day. */
  readonly at: number;
  readonly description?: string;
  /** About how many rows a run writes, and by which share that grows over the month. */
  readonly rows?: number;
  readonly growth?: number;
  readonly partitions?: "daily" | "regional" | "files";
  readonly version?: "hash" | "counter";
  readonly observed?: true;
  readonly extra?: (run: number, timestamp: number) => MetadataInput;
  readonly checks?: readonly DemoCheck[];
  /** How many days ago the job ran last. Default: it still runs. */
  readonly endedDaysAgo?: number;
  /** The runs that are missing. Default: one now and then. */
  readonly missedRuns?: readonly number[];
}

interface DemoCheck {
  readonly name: string;
  readonly severity?: "WARN";
  /** The probability that it fails. */
  readonly fails?: number;
  /** How many hours ago it began to fail for good. */
  readonly brokenHoursAgo?: number;
  readonly says: string;
  readonly measures?: (random: () => number, passed: boolean) => MetadataInput;
}

const noNulls: DemoCheck = {
  name: "no_nulls",
  says: "order_id or customer_id is null in some rows",
  measures: (random, passed) => ({ null_rows: passed ? 0 : 1 + Math.floor(random() * 40) }),
};
const unique: DemoCheck = {
  name: "unique_key",
  fails: 0.004,
  says: "duplicates of the primary key",
  measures: (random, passed) => ({ duplicates: passed ? 0 : 1 + Math.floor(random() * 9) }),
};
const fresh: DemoCheck = {
  name: "fresh_enough",
  severity: "WARN",
  fails: 0.03,
  says: "the newest row is older than the schedule allows",
  measures: (random, passed) => ({ age_minutes: Math.round(passed ? random() * 50 : 90 + random() * 200) }),
};
const volume: DemoCheck = {
  name: "row_count_in_range",
  severity: "WARN",
  fails: 0.02,
  says: "far from the mean of the last two weeks",
  measures: (random, passed) => ({ z_score: Number((passed ? random() * 2 : 3 + random() * 2).toFixed(2)) }),
};

const schema = {
  type: "table_schema",
  rawValue: {
    columns: [
      { name: "order_id", type: "bigint", description: "primary key" },
      { name: "customer_id", type: "bigint", description: "" },
      { name: "ordered_at", type: "timestamp", description: "UTC" },
      { name: "total", type: "decimal(12,2)", description: "in EUR, with tax" },
    ],
  },
} as const;

export const jobs: readonly Job[] = [
  ...["orders", "order_items", "customers", "payments", "refunds", "products"].map((table, i) => ({
    key: `raw/shop/${table}`,
    every: 1,
    at: 3 + i,
    rows: [4200, 11_800, 640, 4100, 95, 30][i] ?? 100,
    growth: 0.15,
    description: `Changes of ${table} from the shop's database, by CDC.`,
    checks: i < 2 ? [fresh] : [],
    extra: () => ({ source: { type: "url" as const, rawValue: `https://shop.example/admin/db/${table}` } }),
  })),
  ...["sessions", "page_views", "searches"].map((table, i) => ({
    key: `raw/web/${table}`,
    every: 2,
    at: 12 + i,
    rows: [52_000, 410_000, 38_000][i] ?? 1000,
    growth: 0.3,
    partitions: "daily" as const,
    missedRuns: [],
    checks: [volume],
  })),
  {
    key: "raw/ads/google_campaigns",
    missedRuns: [],
    every: 24,
    at: 245,
    rows: 320,
    description: "Spend and clicks by campaign.",
    checks: [{ ...fresh, fails: 0.1 }],
  },
  {
    key: "raw/ads/meta_campaigns",
    every: 24,
    at: 260,
    rows: 210,
    endedDaysAgo: 11,
    description: "Spend and clicks by campaign. The token of the vendor has run out.",
  },
  { key: "raw/erp/suppliers", every: 24, at: 60, rows: 5200, version: "hash" },
  { key: "raw/erp/stock_levels", every: 6, at: 30, rows: 88_000, checks: [noNulls] },
  ...["stg_orders", "stg_order_items", "stg_customers", "stg_payments", "stg_sessions"].map((table, i) => ({
    key: `warehouse/staging/${table}`,
    every: 3,
    at: 25 + i,
    rows: [12_000, 36_000, 1900, 12_100, 150_000][i] ?? 100,
    growth: 0.2,
    version: "hash" as const,
    checks: [noNulls, unique],
  })),
  {
    key: "warehouse/core/fct_orders",
    missedRuns: [12],
    every: 24,
    at: 190,
    rows: 98_000,
    growth: 0.2,
    partitions: "daily",
    version: "counter",
    description: "One row for each order, with what it was worth. Read by finance and by the pricing service.",
    extra: (run, timestamp) => ({
      duration_seconds: Number((212 + 40 * Math.sin(run / 3)).toFixed(1)),
      bytes: 31_457_280 + run * 262_144,
      average_basket: Number((61.4 + 2.5 * Math.sin(run / 4.2)).toFixed(2)),
      late_orders: 40 + ((run * 37) % 61),
      schema,
      dashboard: { type: "url", rawValue: "https://bi.example/dashboards/orders" },
      file: { type: "path", rawValue: "s3://lake/warehouse/core/fct_orders/" },
      notes: {
        type: "md",
        rawValue:
          "Built by **dbt**. Late orders are merged for *three days*; see the [runbook](https://wiki.example/runbooks/orders).",
      },
      engine: "duckdb 1.5",
      settings: {
        threads: 8,
        memory_limit: "24GB",
        preserve_insertion_order: false,
        extensions: ["httpfs", "parquet"],
      },
      full_refresh: run % 7 === 0,
      finished_at: { type: "timestamp", rawValue: Math.round(timestamp / 1000) },
      built_from: { type: "asset", rawValue: ["warehouse", "staging", "stg_orders"] },
    }),
    checks: [
      noNulls,
      unique,
      {
        name: "totals_match_ledger",
        brokenHoursAgo: 31,
        says: "the sum of total differs from the ledger by more than 0.1 %",
        measures: (random, passed) => ({
          difference_eur: Number((passed ? random() * 20 : 1480 + random() * 900).toFixed(2)),
          tolerance_eur: 98.4,
        }),
      },
      volume,
    ],
  },
  {
    key: "warehouse/core/dim_customers",
    missedRuns: [],
    every: 24,
    at: 200,
    rows: 214_000,
    growth: 0.05,
    version: "counter",
    checks: [unique, noNulls],
  },
  { key: "warehouse/core/dim_products", every: 24, at: 205, rows: 3900, version: "hash", checks: [unique] },
  {
    key: "warehouse/core/fct_sessions",
    missedRuns: [28],
    every: 24,
    at: 215,
    rows: 610_000,
    growth: 0.3,
    partitions: "daily",
    checks: [{ ...volume, brokenHoursAgo: 50 }],
  },
  {
    key: "warehouse/marts/revenue_by_day",
    every: 24,
    at: 240,
    rows: 1100,
    partitions: "daily",
    missedRuns: [10, 21],
    version: "counter",
    checks: [
      {
        name: "no_gaps",
        brokenHoursAgo: 32,
        says: "2 days are missing",
        measures: (_random, passed) => ({ missing_days: passed ? 0 : 2 }),
      },
    ],
  },
  { key: "warehouse/marts/customer_ltv", every: 24, at: 250, rows: 214_000, version: "counter" },
  { key: "warehouse/marts/churn_risk", missedRuns: [], every: 168, at: 300, rows: 198_000, version: "hash" },
  {
    key: "warehouse/marts/marketing_roi",
    every: 24,
    at: 270,
    rows: 540,
    checks: [
      {
        name: "spend_is_complete",
        severity: "WARN",
        brokenHoursAgo: 240,
        says: "no spend of meta_campaigns since the vendor's token ran out",
      },
    ],
  },
  {
    key: "ml/features/customer_features",
    every: 12,
    at: 120,
    rows: 214_000,
    partitions: "regional",
    version: "hash",
    checks: [
      {
        name: "drift",
        severity: "WARN",
        fails: 0.06,
        says: "population stability index above 0.2",
        measures: (random, passed) => ({ psi: Number((passed ? random() * 0.18 : 0.21 + random() * 0.2).toFixed(3)) }),
      },
    ],
  },
  {
    key: "ml/models/churn_model",
    every: 168,
    at: 360,
    version: "counter",
    description: "Gradient boosted trees, retrained every week.",
    extra: (run) => ({
      auc: 0.861 + run * 0.004,
      log_loss: 0.312 - run * 0.006,
      trees: 400 + 20 * run,
      model_card: { type: "md", rawValue: "Trained on 24 months. **Not** for customers younger than 30 days." },
    }),
  },
  {
    key: "ml/models/demand_forecast",
    every: 24,
    at: 330,
    version: "hash",
    extra: (run) => ({ mape: Number((0.142 - run * 0.0012 + ((run * 7) % 5) * 0.003).toFixed(4)), epochs: 12 }),
    checks: [
      {
        name: "beats_baseline",
        brokenHoursAgo: 26,
        says: "the forecast is worse than last week's numbers repeated",
        measures: (random, passed) => ({
          mape: Number((0.12 + random() * 0.02).toFixed(4)),
          baseline_mape: passed ? 0.181 : 0.109,
        }),
      },
    ],
  },
  { key: "ml/scores/churn_scores", every: 24, at: 380, rows: 198_000, partitions: "regional" },
  {
    key: "vendor/exchange_rates",
    every: 1,
    at: 1,
    observed: true,
    version: "hash",
    extra: (run) => ({
      eur_usd: Number((1.08 + 0.02 * Math.sin(run / 60)).toFixed(4)),
      eur_gbp: Number((0.85 + 0.008 * Math.cos(run / 80)).toFixed(4)),
    }),
  },
  {
    key: "vendor/weather_forecast",
    every: 3,
    at: 40,
    observed: true,
    extra: (run) => ({ stations: 2110 + (run % 13) }),
  },
  {
    key: "vendor/price_list.xlsx",
    every: 72,
    at: 540,
    observed: true,
    version: "hash",
    description: "Comes by e-mail.",
  },
  {
    key: "exports/finance/monthly_close",
    every: 168,
    at: 420,
    rows: 18_400,
    version: "counter",
    checks: [{ name: "signed_off", says: "nobody has signed it off" }],
  },
  { key: "exports/partners/acme_feed", every: 6, at: 95, rows: 8700, checks: [fresh] },
  { key: "exports/partners/globex_feed", every: 24, at: 100, rows: 4100, endedDaysAgo: 4 },
  {
    key: "backups/postgres",
    missedRuns: [],
    every: 24,
    at: 150,
    extra: (run) => ({
      bytes: 88_046_829_568 + run * 120_586_240,
      restore_tested: run % 7 === 3,
      file: { type: "path", rawValue: `/backups/pg/base-${run}.tar.zst` },
    }),
    checks: [{ name: "restores", says: "the restored database differs" }],
  },
  { key: "images/product_photos", every: 4, at: 70, partitions: "files", rows: 24 },
];
