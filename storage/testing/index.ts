export type { OpenDefinitionStore, OpenedDefinitionStore } from "./definition-store/harness.ts";
export { definitionStoreContract } from "./definition-store-contract.ts";
export type { OpenEventLog } from "./event-log/harness.ts";
export { type ContractOptions, eventLogContract, maintenanceContract } from "./event-log-contract.ts";
export type { TestRunner } from "./test-runner.ts";
export { type OpenedTokenStore, type OpenTokenStore, tokenStoreContract } from "./token-store-contract.ts";
export type { WatchedStores } from "./watch-store/follower.ts";
export type { OpenWatchedStores } from "./watch-store/harness.ts";
export { watchStoreContract } from "./watch-store-contract.ts";
