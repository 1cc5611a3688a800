import type { BrowserPolicy, TokenCache } from "../../adapters/server/http.ts";
import type { DefinitionStore, EventLog, Maintenance, SendStore, TokenStore, WatchStore } from "../../storage/index.ts";

type Arguments<Method extends (...args: never) => unknown> = Parameters<Method>;

/** An event log as somebody else may write one: methods of a class, which need their `this` and its private fields. */
export class ClassEventLog implements EventLog, Maintenance {
  readonly #log: EventLog & Maintenance;
  constructor(log: EventLog & Maintenance) {
    this.#log = log;
  }
  append(...args: Arguments<EventLog["append"]>) {
    return this.#log.append(...args);
  }
  get(...args: Arguments<EventLog["get"]>) {
    return this.#log.get(...args);
  }
  query(...args: Arguments<EventLog["query"]>) {
    return this.#log.query(...args);
  }
  asset(...args: Arguments<EventLog["asset"]>) {
    return this.#log.asset(...args);
  }
  assets(...args: Arguments<EventLog["assets"]>) {
    return this.#log.assets(...args);
  }
  partitions(...args: Arguments<EventLog["partitions"]>) {
    return this.#log.partitions(...args);
  }
  checks(...args: Arguments<EventLog["checks"]>) {
    return this.#log.checks(...args);
  }
  wipe(...args: Arguments<EventLog["wipe"]>) {
    return this.#log.wipe(...args);
  }
  prune(...args: Arguments<Maintenance["prune"]>) {
    return this.#log.prune(...args);
  }
  prunedId(...args: Arguments<Maintenance["prunedId"]>) {
    return this.#log.prunedId(...args);
  }

  prunedAt() {
    return this.#log.prunedAt();
  }
  stats() {
    return this.#log.stats();
  }
  probe() {
    return this.#log.probe();
  }
  id() {
    return this.#log.id();
  }
  watch(...args: Arguments<EventLog["watch"]>) {
    return this.#log.watch(...args);
  }
  close() {
    return this.#log.close();
  }
}

/** A token store of the same kind. */
export class ClassTokenStore implements TokenStore {
  readonly #store: TokenStore;
  constructor(store: TokenStore) {
    this.#store = store;
  }
  create(...args: Arguments<TokenStore["create"]>) {
    return this.#store.create(...args);
  }
  list() {
    return this.#store.list();
  }
  revoke(...args: Arguments<TokenStore["revoke"]>) {
    return this.#store.revoke(...args);
  }
  noteUses(...args: Arguments<TokenStore["noteUses"]>) {
    return this.#store.noteUses(...args);
  }
}

/** And what else the app may be given. */
export class ClassTokenCache implements TokenCache {
  readonly #cache: TokenCache;
  constructor(cache: TokenCache) {
    this.#cache = cache;
  }
  identify(...args: Arguments<TokenCache["identify"]>) {
    return this.#cache.identify(...args);
  }
  isOpen() {
    return this.#cache.isOpen();
  }
}

export class ClassBrowserPolicy implements BrowserPolicy {
  readonly corsOrigins = [];
  readonly #hosts: readonly string[];
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
  }
  hosts() {
    return this.#hosts;
  }
}

/** Likewise, definitions. */
export class ClassDefinitionStore implements DefinitionStore {
  readonly #definitions: DefinitionStore;
  constructor(definitions: DefinitionStore) {
    this.#definitions = definitions;
  }
  replace(...args: Arguments<DefinitionStore["replace"]>) {
    return this.#definitions.replace(...args);
  }
  get(...args: Arguments<DefinitionStore["get"]>) {
    return this.#definitions.get(...args);
  }
  definitionFor(...args: Arguments<DefinitionStore["definitionFor"]>) {
    return this.#definitions.definitionFor(...args);
  }
  definitionsFor(...args: Arguments<DefinitionStore["definitionsFor"]>) {
    return this.#definitions.definitionsFor(...args);
  }
  list(...args: Arguments<DefinitionStore["list"]>) {
    return this.#definitions.list(...args);
  }
  revision() {
    return this.#definitions.revision();
  }
}

/** Likewise. */
export class ClassSendStore implements SendStore {
  readonly #sending: SendStore;
  constructor(sending: SendStore) {
    this.#sending = sending;
  }
  lease(...args: Arguments<SendStore["lease"]>) {
    return this.#sending.lease(...args);
  }
  takeLease(...args: Arguments<SendStore["takeLease"]>) {
    return this.#sending.takeLease(...args);
  }
  releaseLease(...args: Arguments<SendStore["releaseLease"]>) {
    return this.#sending.releaseLease(...args);
  }
  destinations(...args: Arguments<SendStore["destinations"]>) {
    return this.#sending.destinations(...args);
  }
  pending(...args: Arguments<SendStore["pending"]>) {
    return this.#sending.pending(...args);
  }
  commit(...args: Arguments<SendStore["commit"]>) {
    return this.#sending.commit(...args);
  }
  alertChanges(...args: Arguments<SendStore["alertChanges"]>) {
    return this.#sending.alertChanges(...args);
  }
  alertChange(...args: Arguments<SendStore["alertChange"]>) {
    return this.#sending.alertChange(...args);
  }
  newestAlertChange(...args: Arguments<SendStore["newestAlertChange"]>) {
    return this.#sending.newestAlertChange(...args);
  }
  request(...args: Arguments<SendStore["request"]>) {
    return this.#sending.request(...args);
  }
  requests(...args: Arguments<SendStore["requests"]>) {
    return this.#sending.requests(...args);
  }
  deliveries(...args: Arguments<SendStore["deliveries"]>) {
    return this.#sending.deliveries(...args);
  }
  delivery(...args: Arguments<SendStore["delivery"]>) {
    return this.#sending.delivery(...args);
  }
  deliveriesOf(...args: Arguments<SendStore["deliveriesOf"]>) {
    return this.#sending.deliveriesOf(...args);
  }
  deliveryCounts(...args: Arguments<SendStore["deliveryCounts"]>) {
    return this.#sending.deliveryCounts(...args);
  }
}

/** Likewise. */
export class ClassWatchStore implements WatchStore {
  readonly #watching: WatchStore;
  constructor(watching: WatchStore) {
    this.#watching = watching;
  }
  lease() {
    return this.#watching.lease();
  }
  counts() {
    return this.#watching.counts();
  }
  firing() {
    return this.#watching.firing();
  }
  mutes() {
    return this.#watching.mutes();
  }
  takeLease(...args: Arguments<WatchStore["takeLease"]>) {
    return this.#watching.takeLease(...args);
  }
  releaseLease(...args: Arguments<WatchStore["releaseLease"]>) {
    return this.#watching.releaseLease(...args);
  }
  step(...args: Arguments<WatchStore["step"]>) {
    return this.#watching.step(...args);
  }
  freshnessOf(...args: Arguments<WatchStore["freshnessOf"]>) {
    return this.#watching.freshnessOf(...args);
  }
  partitionsOf(...args: Arguments<WatchStore["partitionsOf"]>) {
    return this.#watching.partitionsOf(...args);
  }
  subjects(...args: Arguments<WatchStore["subjects"]>) {
    return this.#watching.subjects(...args);
  }
  alerts(...args: Arguments<WatchStore["alerts"]>) {
    return this.#watching.alerts(...args);
  }
  alert(...args: Arguments<WatchStore["alert"]>) {
    return this.#watching.alert(...args);
  }
  closeAlert(...args: Arguments<WatchStore["closeAlert"]>) {
    return this.#watching.closeAlert(...args);
  }
  mute(...args: Arguments<WatchStore["mute"]>) {
    return this.#watching.mute(...args);
  }
  unmute(...args: Arguments<WatchStore["unmute"]>) {
    return this.#watching.unmute(...args);
  }
}
