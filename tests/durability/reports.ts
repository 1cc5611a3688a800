import type { RawRequest } from "../raw-http.ts";

/** A report that can be told from every other by the `uid` in its metadata. */
export interface Report {
  readonly uid: string;
  readonly request: RawRequest;
  /** It carries an Idempotency-Key, so that it may be sent again. */
  readonly repeatable: boolean;
}

const assets = ["load/orders", "load/customers", "load/payments", "load/refunds"];
const materialization = { type: "ASSET_MATERIALIZATION", endpoint: "report_asset_materialization" };
const observation = { type: "ASSET_OBSERVATION", endpoint: "report_asset_observation" };
const check = { type: "ASSET_CHECK_EVALUATION", endpoint: "report_asset_check" };
const partitions = 7;
const firstDay = Date.UTC(2020, 0, 1);
const days = 1000;

/**
 * Reports of every kind, over a few assets, partitions and checks; every third is repeatable. Three of eleven happened
 * long ago, in no order, and one asset has no others.
 */
export function* distinctReports(prefix: string): Generator<Report, never> {
  for (let i = 0; ; i++) {
    const uid = `${prefix}-${i}`;
    const repeatable = i % 3 === 0;
    const { type, endpoint } = i % 5 === 4 ? check : i % 5 === 3 ? observation : materialization;
    const isBackdated = i % 11 < 3;
    const asset = i % 11 === 0 ? "load/history" : assets[i % assets.length];
    const report = {
      ...(i % 13 === 0 ? {} : { partition: `2026-11-0${1 + (i % partitions)}` }),
      ...(type === check.type ? { check_name: `check_${i % 2}`, passed: i % 4 === 0 } : {}),
      ...(type !== check.type && i % 4 === 0 ? { data_version: uid } : {}),
      metadata: { uid },
    };
    const timestamp = new Date(firstDay + ((i * 617) % days) * 86_400_000).toISOString();
    yield {
      uid,
      repeatable,
      request: {
        target: isBackdated ? "/api/v1/events" : `/${endpoint}/${asset}`,
        headers: [["content-type", "application/json"], ...(repeatable ? [["idempotency-key", uid] as const] : [])],
        body: JSON.stringify(isBackdated ? { type, asset_key: asset, timestamp, ...report } : report),
      },
    };
  }
}
