import { formatAssetKey } from "../../core/index.ts";
import { decideWait, type WaitDecision, type WaitQuestion } from "../../core/waiting/wait.ts";
import { type AssetFacts, type EventLog, mostWaitChecks, type WaitReads } from "../../storage/index.ts";
import { nextTurn } from "../../storage/next-turn.ts";
import { type LookPlan, planLook, type WaitDefinitions } from "./wait-definitions.ts";
import { assertWaitQuestion, InvalidWaitError } from "./wait-question.ts";

interface WaitsOptions {
  readonly reads: WaitReads;
  readonly watch: EventLog["watch"];
  /** Default: nothing is defined. */
  readonly definitions?: WaitDefinitions | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

interface WaitOptions {
  /** How long to wait after the first look, in milliseconds. 0: that look decides. */
  readonly timeout: number;
  /** Ends the wait, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once after a look that found something missing, before the wait sleeps. The wait rejects with what it throws. */
  readonly onSleep?: (() => void) | undefined;
}

/** About how many asks one read answers. */
const asksPerRead = 50;
/** How long the waits rest between two rounds of looks, in milliseconds, so that constant reports cost few rounds. */
const restAfterRound = 50;
/** After so long, also in milliseconds, those who have just come get their first look. */
const restBeforeFirst = 10;
/** How many waits end in one turn of the event loop, since each sends an answer. */
const endsPerTurn = 32;

// A timer of more than 31 bits fires at once. Longer waits have no end.
const longestTimer = 2 ** 31 - 1;

/** A question, with those who wait for it. */
interface Asked {
  readonly question: WaitQuestion;
  /** As JSON. */
  readonly keys: readonly string[];
  readonly sleepers: Set<Sleeper>;
  isDue: boolean;
}

interface Sleeper {
  /** Called after each look that began after the wait did. */
  readonly decided: (decision: WaitDecision) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The waits of a process. They share their looks at the log: after a commit, each question about an asset that it changed
 * is looked at once, however many wait for it, and nothing else is read.
 */
export class Waits {
  readonly #options: WaitsOptions;
  readonly #asked = new Map<string, Asked>();
  /** Up to this id the log's changes are known. Undefined while nobody waits. */
  #seenId: number | undefined;
  #hasNews = false;
  #isRunning = false;
  #unwatch: (() => void) | undefined;

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  /**
   * Resolves once what is asked for is there, once it has failed for good, or after the time-out. It looks at least once
   * after the call. Rejects with InvalidWaitError, or with the error of a read.
   */
  async wait(question: WaitQuestion, { timeout, signal, onSleep }: WaitOptions): Promise<WaitDecision> {
    signal?.throwIfAborted();
    assertWaitQuestion(question);
    const key = JSON.stringify(question, Object.keys(question).sort());
    const asked = this.#asked.get(key) ?? askedOf(question);
    this.#asked.set(key, asked);
    asked.isDue = true;
    let leave = () => {};
    try {
      return await new Promise<WaitDecision>((resolve, reject) => {
        let last: WaitDecision | undefined;
        let isUp = timeout <= 0;
        const end = () => {
          isUp = true;
          if (last !== undefined) resolve(last);
        };
        const timer = isUp || timeout > longestTimer ? undefined : setTimeout(end, timeout);
        const abort = () => reject(signal?.reason);
        const sleeper: Sleeper = {
          decided: (decision) => {
            const isFirst = last === undefined;
            last = decision;
            if (decision.satisfied || decision.failedFast || isUp) return resolve(decision);
            try {
              if (isFirst) onSleep?.();
            } catch (error) {
              reject(error);
            }
          },
          fail: reject,
        };
        signal?.addEventListener("abort", abort);
        asked.sleepers.add(sleeper);
        leave = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", abort);
          asked.sleepers.delete(sleeper);
          if (asked.sleepers.size === 0 && this.#asked.get(key) === asked) this.#asked.delete(key);
        };
        this.#wake();
      });
    } finally {
      leave();
      if (this.#asked.size === 0) this.#rest();
    }
  }

  #wake(): void {
    this.#unwatch ??= this.#options.watch(() => {
      this.#hasNews = true;
      this.#wake();
    });
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().finally(() => {
      this.#isRunning = false;
      if (this.#isNeeded()) this.#wake();
    });
  }

  /** Stops watching: nobody waits. */
  #rest(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#seenId = undefined;
    this.#hasNews = false;
  }

  #isNeeded(): boolean {
    return this.#asked.size > 0 && (this.#hasNews || this.#hasDue());
  }

  #hasDue(): boolean {
    for (const { isDue } of this.#asked.values()) if (isDue) return true;
    return false;
  }

  async #run(): Promise<void> {
    await undefined; // questions that come together share the first round
    while (this.#isNeeded()) {
      await this.#round();
      let rested = 0;
      do {
        await new Promise((resolve) => setTimeout(resolve, restBeforeFirst));
        rested += restBeforeFirst;
      } while (rested < restAfterRound && !this.#hasDue());
    }
  }

  async #round(): Promise<void> {
    try {
      await this.#findChanged();
    } catch (error) {
      for (const { sleepers } of this.#asked.values()) for (const { fail } of sleepers) fail(error);
      return;
    }
    const due = [...this.#asked.values()].filter(({ isDue }) => isDue);
    for (let start = 0; start < due.length; ) {
      let asks = 0;
      let end = start;
      for (; end < due.length; end++) {
        asks += weightOf(due[end]?.question);
        if (asks > asksPerRead && end > start) break;
      }
      await this.#look(due.slice(start, end));
      start = end;
    }
  }

  /** Marks the questions about assets that have changed. Before the first look it only notes where the log ends. */
  async #findChanged(): Promise<void> {
    const before = this.#seenId;
    if (before !== undefined && !this.#hasNews) return;
    this.#hasNews = false;
    const { newestId, keys } = await this.#options.reads.changesAfter(before ?? Number.MAX_SAFE_INTEGER);
    this.#seenId = newestId;
    if (before === undefined) return;
    const changed = keys && new Set(keys.map((key) => JSON.stringify(key)));
    for (const asked of this.#asked.values()) {
      if (changed === null || asked.keys.some((key) => changed.has(key))) asked.isDue = true;
    }
  }

  async #look(due: readonly Asked[]): Promise<void> {
    // Those who come while it reads know of commits that it may not see: they get the next look.
    const looking = due.map(({ question, sleepers }) => ({ question, sleepers: [...sleepers] }));
    for (const asked of due) asked.isDue = false;
    const { reads, definitions, now: clock } = this.#options;
    const now = clock();
    const planned: ((typeof looking)[number] & { readonly plan: LookPlan })[] = [];
    for (const one of looking) {
      try {
        planned.push({ ...one, plan: await planLook(one.question, definitions, now) });
      } catch (error) {
        for (const { fail } of one.sleepers) fail(error);
      }
    }
    let facts: readonly AssetFacts[];
    try {
      facts = await reads.waitFacts(planned.flatMap(({ plan }) => plan.asks));
    } catch (error) {
      for (const { sleepers } of planned) for (const { fail } of sleepers) fail(error);
      return;
    }
    let from = 0;
    let ended = 0;
    for (const { question, plan, sleepers } of planned) {
      const found = facts.slice(from, from + plan.asks.length);
      from += plan.asks.length;
      const decide = decisionOf(question, plan, found, now);
      for (const sleeper of sleepers) {
        decide(sleeper);
        if (++ended % endsPerTurn === 0) await nextTurn();
      }
    }
  }
}

function askedOf(question: WaitQuestion): Asked {
  return {
    question,
    keys: question.keys.map((key) => JSON.stringify(key)),
    sleepers: new Set(),
    isDue: true,
  };
}

/** How much a look at a question reads. Policies may watch many partitions. */
function weightOf(question: WaitQuestion | undefined): number {
  return question?.fresh === true ? asksPerRead : (question?.keys.length ?? 0);
}

/** What to tell those who wait for the question. */
function decisionOf(
  question: WaitQuestion,
  plan: LookPlan,
  found: readonly AssetFacts[],
  now: number,
): (sleeper: Sleeper) => void {
  const crowded = found.find(({ hasMoreChecks }) => hasMoreChecks);
  if (crowded !== undefined) {
    const problem = `${formatAssetKey(crowded.assetKey)} has more than ${mostWaitChecks} checks. Name those to wait for.`;
    const error = new InvalidWaitError(problem);
    return ({ fail }) => fail(error);
  }
  const decision = decideWait(question, plan.factsOf(found), now);
  return ({ decided }) => decided(decision);
}
