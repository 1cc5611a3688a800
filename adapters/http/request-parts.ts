/** Of a Request, what the way of a report looks at. Every Request is one; report-door.ts makes some that cost less. */
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
