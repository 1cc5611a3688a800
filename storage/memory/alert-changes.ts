import type { AlertTransition } from "../sending/send-store.ts";
import type { Alert } from "../watching/watch-store.ts";

export type StoredAlert = Omit<Alert, "mutedUntil">;

/** What alerts became, for destinations: what opened, got worse or ended. */
export class MemoryAlertChanges {
  #changes: readonly (Omit<AlertTransition, "alert"> & { readonly alert: StoredAlert })[] = [];
  #newestId = 0;

  get newestId(): number {
    return this.#newestId;
  }

  /** Notes what an alert became, if that is to be told. */
  note(before: StoredAlert | undefined, alert: StoredAlert, at: number): void {
    const isEnd = before?.status === "firing" && alert.status === "resolved";
    const isWorse = before?.status === "firing" && before.severity === "WARN" && alert.severity === "ERROR";
    if (before !== undefined && !isEnd && !isWorse) return;
    this.#changes = [...this.#changes, { id: ++this.#newestId, to: alert.status, alert, at }];
  }

  after(id: number, limit: number, shown: (alert: StoredAlert) => Alert): readonly AlertTransition[] {
    const found = this.#changes.filter((one) => one.id > id).slice(0, limit);
    return found.map((one) => ({ ...one, alert: shown(one.alert) }));
  }

  forget(before: number): void {
    this.#changes = this.#changes.filter(({ at }) => at >= before);
  }
}
