/** The most bytes that a page's events have together, unless its first alone has more. */
export const bytesPerPage = 8 << 20;

/** About how much an event costs besides its texts. */
const bytesPerEvent = 400;

/** The approximate size of an event of `asset`. SQLite knows the length of a text without reading it. */
export const eventSizeSql = `(octet_length(event.details) + octet_length(asset.key) + ifnull(octet_length(event.partition), 0)
  + ifnull(octet_length(event.check_name), 0) + ${bytesPerEvent})`;

interface Sized {
  readonly size: number;
}

/** How many of the first of these fit into a page. At least one. */
export function countFitting(sized: readonly Sized[], most = bytesPerPage): number {
  let bytes = 0;
  const tooMany = sized.findIndex(({ size }, i) => {
    bytes += size;
    return i > 0 && bytes > most;
  });
  return tooMany === -1 ? sized.length : tooMany;
}
