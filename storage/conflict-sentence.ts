/** Why an idempotency key is refused. `earlier` is the event that it stands for, null for one of the same call. */
export function conflictSentence(key: string | undefined, earlier: number | null): string {
  const where = earlier === null ? "earlier in the same call" : `before, recorded as event ${earlier}`;
  return `The idempotency key ${JSON.stringify(key)} was sent ${where}, with other content. Send a new key for a new event.`;
}
