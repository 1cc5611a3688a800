import { expect } from "bun:test";
import { createHttpSender } from "../../../adapters/destinations/http-sender.ts";
import { Sender, type SenderOptions } from "../../../adapters/destinations/sender.ts";
import { createMailer } from "../../../adapters/destinations/sending/mailer.ts";
import type { Delivery } from "../../../core/destinations/delivery.ts";
import { parseDestinations } from "../../../core/destinations/parse-destinations.ts";
import type { SendRequest, Stores } from "../../../storage/index.ts";
import { Follower } from "../../../storage/testing/watch-store/follower.ts";

export const secret = Buffer.alloc(32, 7).toString("base64");
export const oldSecret = Buffer.alloc(24, 9).toString("base64");

/** A file of destinations, as an operator writes it, with private addresses allowed. */
export function fileOf(...destinations: readonly object[]): SenderOptions["file"] {
  const document = { destinations: destinations.map((one) => ({ allow_private: true, ...one })) };
  const named: Readonly<Record<string, string>> = { SECRET: secret, OLD_SECRET: oldSecret };
  const { destinations: found, problems } = parseDestinations(document, (name) => named[name] ?? name);
  expect(problems).toBeUndefined();
  return { destinations: found ?? [], hash: JSON.stringify(destinations) };
}

export type Clock = { now: number; elapsed: number };

/** A server that sends, whose turns and clock a test holds. Its requests are real. */
export class Telling {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly outcomes: string[] = [];
  readonly #options: Partial<SenderOptions> & Pick<SenderOptions, "file">;
  #rung: () => void = () => {};

  constructor(stores: Stores, clock: Clock, options: Partial<SenderOptions> & Pick<SenderOptions, "file">) {
    this.stores = stores;
    this.clock = clock;
    this.#options = options;
    this.sender = new Sender({
      ...{ stores, baseUrl: "https://runless.example", random: () => 0.5, read: () => ({ ...clock }) },
      ...{ send: createHttpSender(), mail: createMailer() },
      wake: () => this.#rung(),
      onOutcome: (name, outcome) => this.outcomes.push(`${name} ${outcome}`),
      ...options,
    });
  }

  /** Takes turns until nothing is under way, and nothing can be done before the clock goes on. */
  async run(): Promise<void> {
    this.clock.elapsed += 1000;
    this.sender.noteCommit();
    for (let turns = 0; ; turns++) {
      expect(turns).toBeLessThan(20_000);
      const rung = new Promise<void>((resolve) => {
        this.#rung = resolve;
      });
      const wait = await this.sender.turn();
      if (wait === 0) continue;
      if (!this.sender.isBusy) {
        // An answer may have come during the turn.
        if ((await this.sender.turn()) > 0 && !this.sender.isBusy) return;
        continue;
      }
      await rung;
    }
  }

  async pass(milliseconds: number): Promise<void> {
    this.clock.now += milliseconds;
    this.clock.elapsed += milliseconds;
    await this.run();
  }

  /**
   * The server is gone without a word: what it did last is on its way, and nobody notes what became of it. Another begins
   * once the lease is nobody's.
   */
  async crash(): Promise<Telling> {
    this.clock.elapsed += 1000;
    this.sender.noteCommit();
    await this.sender.turn();
    const next = new Telling(this.stores, this.clock, this.#options);
    await next.sender.turn();
    await next.pass(15_000);
    return next;
  }

  /** The watcher follows, then the sender. */
  async watch(follower: Follower): Promise<void> {
    await follower.follow();
    await this.run();
  }

  async ask(request: Partial<SendRequest> & Pick<SendRequest, "action" | "destination">): Promise<void> {
    await this.stores.sending.request({ argument: null, option: null, ...request });
    await this.run();
  }

  /** All deliveries, oldest first. */
  async deliveries(destination?: string): Promise<readonly Delivery[]> {
    const { deliveries } = await this.stores.sending.deliveries({ destination }, { limit: 1000 });
    return deliveries.toReversed();
  }

  /** In words: type, status, attempts. */
  async told(destination?: string): Promise<readonly string[]> {
    return (await this.deliveries(destination)).map(({ type, status, attempts }) => `${type}: ${status}, ${attempts}`);
  }

  async row(name: string) {
    return (await this.stores.sending.destinations()).find((row) => row.name === name);
  }
}

/** A watcher by hand, over the same clock. */
export async function watcherOf(stores: Stores, clock: Clock): Promise<Follower> {
  const follower = new Follower(stores, clock);
  await follower.take();
  return follower;
}
