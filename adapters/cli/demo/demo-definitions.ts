import { type Definition, parseDefinitions } from "../../../core/definitions/index.ts";
import { demoDays } from "./demo-events.ts";

const day = 86_400_000;

/** The definitions of the demo's assets: who owns them, what they are made from, and when they are due. */
export function demoDefinitions(now: number): readonly Definition[] {
  const start = new Date(now - demoDays * day).toISOString().slice(0, 10);
  return parseDefinitions(JSON.stringify({ defaults: { timezone: "Europe/Berlin" }, assets: assetsFrom(start) }));
}

/** A run now and then is missed: what is due so often warns after two of them. */
const every = (warn: string, fail: string) => ({ type: "time_window", warn_window: warn, fail_window: fail });
const by = (hour: number, within: string, more: object = {}) => {
  const timezone = "Europe/Berlin"; // partitions have UTC
  return { type: "cron", deadline_cron: `0 ${hour} * * *`, lower_bound_delta: within, grace: "30m", timezone, ...more };
};

function assetsFrom(start: string): readonly object[] {
  const daily = { type: "daily", start, timezone: "UTC" };
  return [...rawAssets(daily), ...warehouseAssets(daily), ...scienceAssets(), ...otherAssets()];
}

/** Copies of what other systems have. */
function rawAssets(daily: object): readonly object[] {
  const shop = { owners: ["team:shop"], group: "raw", kinds: ["postgres"], tags: { source: "cdc" } };
  const marketing = { owners: ["team:marketing"], group: "raw" };
  const platform = { owners: ["team:platform"], group: "raw" };
  return [
    ...["orders", "order_items", "customers", "payments", "refunds", "products"].map((table) => ({
      ...shop,
      key: `raw/shop/${table}`,
      checks: table.startsWith("order") ? ["fresh_enough"] : [],
      freshness: every("150m", "5h"),
    })),
    ...["sessions", "page_views", "searches"].map((table) => ({
      ...{ key: `raw/web/${table}`, owners: ["team:web"], group: "raw", kinds: ["kafka"] },
      ...{ partitions: daily, freshness: by(9, "9h", { lookback: 7 }) },
    })),
    { ...marketing, key: "raw/ads/google_campaigns", checks: ["fresh_enough"], freshness: by(7, "6h") },
    { ...marketing, key: "raw/ads/meta_campaigns", freshness: every("26h", "30h") },
    { ...platform, key: "raw/erp/suppliers", freshness: every("50h", "4d") },
    { ...platform, key: "raw/erp/stock_levels", checks: ["no_nulls"], freshness: every("13h", "1d") },
    { ...platform, key: "raw/erp/returns", description: "Planned: nothing reports it yet." },
  ];
}

/** What dbt builds of them. */
function warehouseAssets(daily: object): readonly object[] {
  const staging = { owners: ["team:data"], group: "staging", kinds: ["dbt"], freshness: every("7h", "13h") };
  const core = { owners: ["team:data"], group: "core", kinds: ["dbt"] };
  return [
    ...["orders", "order_items", "customers", "payments"].map((table) => ({
      ...{ ...staging, key: `warehouse/staging/stg_${table}` },
      ...{ deps: [`raw/shop/${table}`], checks: ["no_nulls", "unique_key"] },
    })),
    { ...staging, key: "warehouse/staging/stg_sessions", deps: ["raw/web/sessions", "raw/web/page_views"] },
    {
      ...core,
      key: "warehouse/core/fct_orders",
      description: "Orders of all shops. Those that come late are merged for three days.",
      owners: ["team:finance", "anna@example.com"],
      tags: { tier: "gold" },
      deps: ["warehouse/staging/stg_orders", "warehouse/staging/stg_order_items", "warehouse/staging/stg_payments"],
      checks: ["no_nulls", "unique_key", "totals_match_ledger", "row_count_in_range"],
      partitions: daily,
      freshness: by(6, "6h", { lookback: 7 }),
    },
    { ...core, key: "warehouse/core/dim_customers", deps: ["warehouse/staging/stg_customers"], freshness: by(6, "6h") },
    { ...core, key: "warehouse/core/dim_products", deps: ["raw/shop/products"], freshness: every("50h", "4d") },
    {
      ...core,
      key: "warehouse/core/fct_sessions",
      deps: ["warehouse/staging/stg_sessions"],
      checks: ["row_count_in_range"],
      partitions: daily,
      freshness: by(6, "6h", { lookback: 7 }),
    },
    {
      ...{ key: "warehouse/marts/revenue_by_day", owners: ["team:finance"], group: "marts", tags: { tier: "gold" } },
      ...{ deps: ["warehouse/core/fct_orders"], checks: ["no_gaps"], partitions: daily },
      freshness: by(7, "6h", { lookback: 5 }),
    },
    { prefix: "warehouse/marts", owners: ["team:data"], group: "marts", freshness: every("9d", "22d") },
  ];
}

function scienceAssets(): readonly object[] {
  const science = { owners: ["team:data-science"], group: "ml" };
  const regions = ["eu-central", "eu-north", "us-east", "us-west", "ap-south"];
  return [
    {
      ...{
        ...science,
        key: "ml/features/customer_features",
        checks: ["drift"],
        deps: ["warehouse/core/dim_customers"],
      },
      ...{ partitions: { type: "static", keys: regions }, freshness: every("26h", "50h") },
    },
    {
      ...{
        ...science,
        key: "ml/scores/churn_scores",
        deps: ["ml/models/churn_model", "ml/features/customer_features"],
      },
      partitions: { type: "static", keys: [...regions, "sa-east"] },
    },
    { ...science, prefix: "ml/models", tags: { registry: "mlflow" }, freshness: every("9d", "22d") },
  ];
}

/** Files and feeds: what comes from vendors, and what goes to partners. */
function otherAssets(): readonly object[] {
  return [
    {
      ...{ key: "vendor/exchange_rates", owners: ["team:pricing"], group: "vendor" },
      freshness: { ...every("150m", "5h"), counts: ["materialization", "observation"] },
    },
    {
      ...{ key: "vendor/price_list.xlsx", owners: ["team:pricing", "bob@example.com"], group: "vendor" },
      freshness: { ...every("7d", "14d"), counts: ["materialization", "observation"] },
    },
    {
      key: "exports/finance/monthly_close",
      owners: ["team:finance"],
      group: "exports",
      freshness: every("15d", "22d"),
    },
    { key: "exports/partners/acme_feed", owners: ["team:partners"], group: "exports", freshness: every("13h", "1d") },
    { key: "exports/partners/globex_feed", owners: ["team:partners"], group: "exports", freshness: every("3d", "7d") },
    { key: "backups/postgres", owners: ["team:platform"], tags: { restore: "tested" }, freshness: by(5, "6h") },
    { key: "images/product_photos", owners: ["team:shop"], kinds: ["s3"], freshness: every("9h", "1d") },
  ];
}
