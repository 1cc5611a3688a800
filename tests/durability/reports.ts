import type { RawRequest } from "../raw-http.ts";

/** A report that can be told from every other by the `uid` in its metadata. */
export interface Report {
  readonly uid: string;
  readonly request: RawRequest;
  /** It carries an Idempotency-Key, so that it may be sent again. */
  readonly repeatable: boolean;
}

const assets = ["load/orders", "load/customers", "load/payments", "load/refunds"];
const endpoints = ["report_asset_materialization", "report_asset_observation", "report_asset_check"];
const partitions = 7;

/** Reports of every kind, over a few assets and partitions; every third is repeatable. */
export function* distinctReports(prefix: string): Generator<Report, never> {
  for (let i = 0; ; i++) {
    const uid = `${prefix}-${i}`;
    const repeatable = i % 3 === 0;
    const body = {
      partition: `2026-11-0${1 + (i % partitions)}`,
      metadata: { uid },
      ...(i % 5 === 4 ? { check_name: "no_nulls", passed: i % 2 === 0 } : {}),
    };
    const endpoint = i % 5 === 4 ? endpoints[2] : endpoints[i % 5 === 3 ? 1 : 0];
    yield {
      uid,
      repeatable,
      request: {
        target: `/${endpoint}/${assets[i % assets.length]}`,
        headers: [["content-type", "application/json"], ...(repeatable ? [["idempotency-key", uid] as const] : [])],
        body: JSON.stringify(body),
      },
    };
  }
}
