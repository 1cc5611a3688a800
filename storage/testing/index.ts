export type { OpenEventLog } from "./event-log/harness.ts";
export { type ContractOptions, eventLogContract, maintenanceContract } from "./event-log-contract.ts";
export type { TestRunner } from "./test-runner.ts";
export { type OpenedTokenStore, type OpenTokenStore, tokenStoreContract } from "./token-store-contract.ts";
