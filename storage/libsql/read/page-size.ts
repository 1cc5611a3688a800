/** What a page's events hold together at most, in bytes, unless its first alone holds more. */
export const bytesPerPage = 8 << 20;

/** What every event costs beside its texts, near enough. */
const bytesPerEvent = 400;

/** How much an event of `asset` holds, near enough. SQLite knows without reading all of it. */
export const eventSizeSql = `(octet_length(event.details) + octet_length(asset.key) + ifnull(octet_length(event.partition), 0)
  + ifnull(octet_length(event.check_name), 0) + ${bytesPerEvent})`;

export interface Sized {
  readonly size: number;
}

/** How many of the first of these fit into a page; at least one. */
export function countFitting(sized: readonly Sized[], most = bytesPerPage): number {
  let bytes = 0;
  const tooMany = sized.findIndex(({ size }, i) => {
    bytes += size;
    return i > 0 && bytes > most;
  });
  return tooMany === -1 ? sized.length : tooMany;
}
