import type { SendLease, SendStore } from "../../../storage/index.ts";
import { LeaseAge } from "../../../storage/lease-age.ts";
import { logger } from "../../config/logger.ts";

export interface LeaseSeekerOptions {
  readonly sending: SendStore;
  readonly read: () => { readonly elapsed: number };
  /** How long a lease may stand still until another server takes it, in milliseconds. Default: 15 seconds. */
  readonly lease?: number | undefined;
}

/** Waits for the lease of sending. */
export class LeaseSeeker {
  readonly #options: LeaseSeekerOptions;
  readonly #name = crypto.randomUUID();
  readonly #age: LeaseAge;
  /** The hashes of two files of which it was warned. */
  #warnedOf: string | undefined;

  constructor(options: LeaseSeekerOptions) {
    this.#options = options;
    this.#age = new LeaseAge(options.lease);
  }

  /** Whether the server that sends has another file than this one. */
  get isOtherFile(): boolean {
    return this.#warnedOf !== undefined;
  }

  /** Takes the lease if nobody has it, or who has it is gone. Returns the fence; undefined while another has it. */
  async seek(fileHash: string): Promise<number | undefined> {
    const { sending, read } = this.#options;
    const lease = await sending.lease();
    const isFree = this.#age.isFree(lease, read().elapsed);
    this.#compareFiles(lease, fileHash);
    if (!isFree) return undefined;
    const fence = await sending.takeLease({ holder: this.#name, fileHash }, lease);
    if (fence === undefined) return undefined;
    if (lease.holder !== null) logger.warn("the server that sent is gone, and this one tells destinations from now on");
    this.#age.forget();
    this.#warnedOf = undefined;
    return fence;
  }

  #compareFiles({ holder, fileHash: other }: SendLease, fileHash: string): void {
    const hashes = `${other} ${fileHash}`;
    const isOther = holder !== null && other !== fileHash;
    if (isOther && this.#warnedOf !== hashes) {
      logger.warn("the server that tells destinations has another file of destinations than this one");
    }
    this.#warnedOf = isOther ? hashes : undefined;
  }
}
