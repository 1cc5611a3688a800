/** The most characters that one digit can say. */
const mostShared = 35;

/**
 * Names in order, each as how many characters it shares with the one before, in one digit, and the rest as in an
 * address: `2026-01-01` and `2026-01-02` are `02026-01-01 92`. Neighbours share most of their names, and what
 * compresses pages does not see that by itself. browser/unpack-names.js reads it.
 */
export function packNames(names: readonly string[]): string {
  return names.map((name, i) => packedName(name, names[i - 1] ?? "")).join(" ");
}

/** One of them, by the one before. */
export function packedName(name: string, before: string): string {
  let shared = 0;
  while (shared < mostShared && shared < name.length && name[shared] === before[shared]) shared++;
  // A pair of surrogates stays together, or the rest could not be written.
  if (/[\udc00-\udfff]/.test(name[shared] ?? "") && shared > 0) shared--;
  return shared.toString(36) + encodeURIComponent(name.slice(shared).toWellFormed());
}
