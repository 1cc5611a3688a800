/** The parts of a Request that reporting reads. A Fetch Request satisfies it; the fast path on Node passes a cheaper object. */
export interface RequestParts extends Pick<Request, "method" | "url" | "body"> {
  readonly headers: {
    /** By a name in lower case. */
    get(name: string): string | null;
    forEach(look: (value: string, name: string) => void): void;
  };
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array>;
  /** Whether the sender still waits for a 100 before it sends the body, where the runtime leaves that to the reader. */
  isAwaited?(): boolean;
}
