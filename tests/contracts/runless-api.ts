import { describe } from "bun:test";
import type { RunlessApi } from "../../adapters/api/runless-api.ts";
import { argumentsContract } from "./runless-api/arguments.ts";
import { assetKeysContract } from "./runless-api/asset-keys.ts";
import { assetRecordsContract } from "./runless-api/asset-records.ts";
import { fetchingContract } from "./runless-api/fetching.ts";
import { promisesOf } from "./runless-api/harness.ts";
import { idempotencyContract } from "./runless-api/idempotency.ts";
import { partitionsContract } from "./runless-api/partitions.ts";
import { reportingContract } from "./runless-api/reporting.ts";
import { signalsContract } from "./runless-api/signals.ts";
import { waitingContract } from "./runless-api/waiting.ts";
import { wipingContract } from "./runless-api/wiping.ts";

export interface OpenedApi {
  readonly api: RunlessApi;
  /** Closes the api and whatever is behind it. */
  readonly close: () => Promise<unknown>;
}

/** What both doors to an event log promise. `open` is called once: each test has keys of its own in one log. */
export function runlessApiContract(name: string, open: () => Promise<OpenedApi>): void {
  describe(name, () => {
    const promises = promisesOf(open);
    describe("reporting", () => reportingContract(promises));
    describe("idempotency keys", () => idempotencyContract(promises));
    describe("fetching", () => fetchingContract(promises));
    describe("asset records", () => assetRecordsContract(promises));
    describe("asset keys", () => assetKeysContract(promises));
    describe("partitions", () => partitionsContract(promises));
    describe("wiping", () => wipingContract(promises));
    describe("waiting", () => waitingContract(promises));
    describe("arguments", () => argumentsContract(promises));
    describe("signals", () => signalsContract(promises));
  });
}
