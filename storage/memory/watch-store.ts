import { sameKey } from "../../core/asset-key.ts";
import type { FreshnessState } from "../../core/freshness/index.ts";
import { type AssetKey, freshnessStateChange, hasPrefix } from "../../core/index.ts";
import { earliest } from "../../core/time.ts";
import type { DefinitionStore } from "../definitions/definition-store.ts";
import type { ListRequest } from "../event-log.ts";
import { listPage, newestFirst } from "../scan/list-page.ts";
import { assetFreshness, subjectsIn } from "../watching/asset-freshness.ts";
import { planStep } from "../watching/plan-step.ts";
import { idOf } from "../watching/step-draft.ts";
import {
  type AlertChange,
  alertChangesKeptFor,
  alertsKeptFor,
  type CheckSubject,
  type SubjectDecision,
  type WatchedRow,
  type WatchPlan,
} from "../watching/watch-plan.ts";
import type {
  Alert,
  AlertFilter,
  AlertKind,
  AssetFreshness,
  Mute,
  MuteName,
  Subject,
  SubjectFilter,
  WatchLease,
  WatchRequest,
  WatchStep,
  WatchStore,
} from "../watching/watch-store.ts";
import { MemoryAlertChanges, type StoredAlert } from "./alert-changes.ts";
import type { MemoryLog } from "./memory-event-log.ts";
import { MemoryMutes } from "./mutes.ts";
import type { AlertChangeReads } from "./send-store.ts";
import { groupsOf } from "./subject-groups.ts";
import { createMemoryWatchReads, type WatcherRecord } from "./watch-reads.ts";

export interface MemoryWatchOptions {
  readonly log: MemoryLog;
  readonly definitions: DefinitionStore;
  readonly now: () => number;
}

/**
 * The WatchStore that the others are compared with. It lives as long as the process.
 *
 * @example
 * const log = createMemoryEventLog({ now: Date.now });
 * const definitions = createMemoryDefinitionStore({ now: Date.now });
 * const watching = createMemoryWatchStore({ log, definitions, now: Date.now });
 * console.log((await watching.counts()).firing); // []
 */
export function createMemoryWatchStore(options: MemoryWatchOptions): WatchStore & AlertChangeReads {
  return new MemoryWatchStore(options);
}

class MemoryWatchStore implements WatchStore, AlertChangeReads {
  readonly #options: MemoryWatchOptions;
  readonly #watcher: WatcherRecord = { holder: null, fence: 0, beat: 0, progress: undefined };
  readonly #rows = new Map<string, WatchedRow>();
  readonly #mutes: MemoryMutes;
  readonly #changes = new MemoryAlertChanges();
  #alerts: readonly StoredAlert[] = [];
  #lastAlertId = 0;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#mutes = new MemoryMutes(options.now);
  }

  async lease(): Promise<WatchLease> {
    const { holder, fence, beat, progress } = this.#watcher;
    const { definitionRevision, newestId, hasSubjects } = await this.#reads().head();
    const isFollowed = newestId <= (progress?.cursor ?? 0) && definitionRevision === (progress?.revision ?? 0);
    return {
      ...{ holder, fence, beat },
      evaluatedUntil: this.#rows.size === 0 ? null : (progress?.evaluatedUntil ?? null),
      settleUntil: progress?.settleUntil ?? null,
      behind: Math.max(0, newestId - (progress?.cursor ?? 0)),
      hasWork: hasSubjects || !isFollowed || this.#firing().length > 0,
    };
  }

  async takeLease(holder: string, { fence, beat }: WatchLease): Promise<number | undefined> {
    if (this.#watcher.fence !== fence || this.#watcher.beat !== beat) return undefined;
    Object.assign(this.#watcher, { holder, fence: fence + 1, beat: beat + 1 });
    return fence + 1;
  }

  async releaseLease(fence: number): Promise<void> {
    if (this.#watcher.fence === fence) this.#watcher.holder = null;
  }

  async step(request: WatchRequest): Promise<WatchStep> {
    const plan = await planStep(this.#reads(), request);
    const isHolder = plan !== undefined && plan.fence === this.#watcher.fence;
    const decisions = isHolder ? plan.subjects.length + plan.checks.length : 0;
    const isWritten = isHolder && (decisions > 0 || request.notesProgress || plan.isSweeping);
    if (isWritten) await this.#apply(plan);
    return {
      isHolder,
      cursor: plan?.progress.cursor,
      hasMore: plan?.hasMore ?? false,
      decisions,
      isWritten,
      nextAt: earliest([...this.#rows.values()].map(({ nextAt }) => nextAt)),
      behind: plan?.behind ?? 0,
    };
  }

  async freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]> {
    const rows = [...this.#rows.values()];
    return keys.map((key) => assetFreshness(key, groupsOf(rows.filter(({ assetKey }) => sameKey(assetKey, key)))));
  }

  async partitionsOf(key: AssetKey, partitions: readonly string[]): Promise<ReadonlyMap<string, Subject>> {
    return new Map(
      partitions.flatMap((partition) => {
        const row = this.#rows.get(idOf({ assetKey: key, partition }));
        return subjectsIn(row === undefined ? [] : [row]).map((subject) => [partition, subject] as const);
      }),
    );
  }

  async subjects({ prefix, state }: SubjectFilter, page: ListRequest) {
    const items = subjectsIn([...this.#rows.values()]).filter(
      (one) => (prefix === undefined || hasPrefix(one.assetKey, prefix)) && (state ?? one.state) === one.state,
    );
    const positionOf = (one: Subject) => [...one.assetKey, null, one.partition];
    const found = listPage({ items, positionOf, marked: ["subjects", prefix, state] }, page);
    return { subjects: found.items, cursor: found.cursor, hasMore: found.hasMore };
  }

  async counts() {
    const rows = [...this.#rows.values()];
    const count = (state: FreshnessState) => rows.filter((row) => row.state === state).length;
    const subjects = { PASS: count("PASS"), WARN: count("WARN"), FAIL: count("FAIL"), UNKNOWN: count("UNKNOWN") };
    return { subjects, firing: await this.firing() };
  }

  async firing() {
    const kinds: readonly AlertKind[] = ["check", "freshness"];
    const firing = kinds.flatMap((kind) =>
      (["ERROR", "WARN"] as const).map((severity) => {
        const count = this.#firing().filter((one) => one.kind === kind && one.severity === severity).length;
        return { kind, severity, count };
      }),
    );
    return firing.filter(({ count }) => count > 0);
  }

  async alerts({ status, kind, prefix, assetKey }: AlertFilter, page: ListRequest) {
    const items = this.#alerts
      .filter(
        (one) =>
          (status ?? one.status) === one.status &&
          (kind ?? one.kind) === one.kind &&
          (prefix === undefined || hasPrefix(one.assetKey, prefix)) &&
          (assetKey === undefined || sameKey(one.assetKey, assetKey)),
      )
      .map((one) => this.#shown(one));
    const list = { items, positionOf: newestFirst, marked: ["alerts", status, kind, prefix, assetKey] };
    const found = listPage(list, page);
    return { alerts: found.items, cursor: found.cursor, hasMore: found.hasMore };
  }

  async alert(id: number): Promise<Alert | undefined> {
    const found = this.#alerts.find((one) => one.id === id);
    return found && this.#shown(found);
  }

  async closeAlert(id: number): Promise<Alert | undefined> {
    const at = this.#options.now();
    const end = { status: "resolved", resolvedAt: at, reason: "closed" } as const;
    this.#update(
      (one) => one.id === id && one.status === "firing",
      (one) => ({ ...one, ...end }),
      at,
    );
    return this.alert(id);
  }

  async alertChanges(after: number, limit: number) {
    return this.#changes.after(after, limit, (alert) => this.#shown(alert));
  }

  async alertChange(id: number) {
    return (await this.alertChanges(id - 1, 1)).find((one) => one.id === id);
  }

  async newestAlertChange(): Promise<number> {
    return this.#changes.newestId;
  }

  async mute(name: MuteName, until: number, by: string | null): Promise<void> {
    this.#mutes.set({ name, until, by });
  }

  async unmute(name: MuteName): Promise<boolean> {
    return this.#mutes.delete(name);
  }

  async mutes(): Promise<readonly Mute[]> {
    return this.#mutes.list();
  }

  #reads() {
    const { log, definitions } = this.#options;
    return createMemoryWatchReads({
      ...{ log, definitions, watcher: this.#watcher, rows: [...this.#rows.values()] },
      firing: this.#firing(),
    });
  }

  #firing(): readonly StoredAlert[] {
    return this.#alerts.filter(({ status }) => status === "firing");
  }

  async #apply({ subjects, checks, progress, at, clock }: WatchPlan): Promise<void> {
    const valid = await Promise.all(subjects.map((one) => this.#isValid(one)));
    for (const [i, decision] of subjects.entries()) if (valid[i]) this.#decide(decision, at, clock);
    for (const { alert, eventId, ...name } of checks) this.#change("check", name, alert, eventId, clock);
    this.#watcher.progress = progress;
    this.#watcher.beat++;
    this.#alerts = this.#alerts.filter(({ resolvedAt }) => resolvedAt === null || resolvedAt > clock - alertsKeptFor);
    this.#changes.forget(clock - alertChangesKeptFor);
  }

  async #isValid({ assetKey, upTo }: SubjectDecision): Promise<boolean> {
    if (upTo === null) return true;
    const { events } = await this.#options.log.query({ assetKey, after: upTo }, { limit: 1, order: "desc" });
    return events.length === 0;
  }

  #decide({ assetKey, partition, row, change, alert }: SubjectDecision, at: number, clock: number): void {
    const name = { assetKey, partition };
    if (row === null) this.#rows.delete(idOf(name));
    else this.#rows.set(idOf(name), row);
    const event = change && { ...freshnessStateChange(assetKey, partition, change), timestamp: at };
    const eventId = event === null ? null : this.#options.log.record(event).id;
    if (alert !== null) this.#change("freshness", { ...name, checkName: null }, alert, eventId, clock);
  }

  #change(
    kind: AlertKind,
    name: Omit<CheckSubject, "checkName"> & { readonly checkName: string | null },
    alert: AlertChange,
    eventId: number | null,
    clock: number,
  ): void {
    const { assetKey, partition, checkName } = name;
    const isIt = (one: StoredAlert) =>
      one.status === "firing" && one.kind === kind && idOf(one) === idOf(name) && one.checkName === checkName;
    if (alert.to === "resolve") {
      const end = { status: "resolved", resolvedAt: clock, reason: alert.reason } as const;
      this.#update(isIt, (one) => ({ ...one, ...end, eventId: eventId ?? one.eventId }), clock);
      return;
    }
    const { to, severity, reason, since, tellAt, labels } = alert;
    const isFiring = this.#alerts.some(isIt);
    if (to === "update" || (to === "raise" && isFiring)) {
      this.#update(isIt, (one) => ({ ...one, severity, reason, tellAt, eventId }), clock);
    } else if (!isFiring) {
      const said = { kind, assetKey, partition, checkName, severity, since, reason, eventId, tellAt, ...labels };
      const opened = { ...said, id: ++this.#lastAlertId, status: "firing", resolvedAt: null } as const;
      this.#alerts = [...this.#alerts, opened];
      this.#changes.note(undefined, opened, clock);
    }
  }

  #update(isIt: (one: StoredAlert) => boolean, change: (one: StoredAlert) => StoredAlert, at: number): void {
    this.#alerts = this.#alerts.map((one) => {
      if (!isIt(one)) return one;
      const changed = change(one);
      this.#changes.note(one, changed, at);
      return changed;
    });
  }

  #shown(alert: StoredAlert): Alert {
    return { ...alert, mutedUntil: this.#mutes.until(alert.assetKey) };
  }
}
