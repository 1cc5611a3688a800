// Times in words. The server and the page use the same code.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago, or ahead, a time is.
 * @param {number} time milliseconds since 1970 UTC
 * @param {number} now likewise
 * @returns {string}
 */
export function ago(time, now) {
  const span = Math.abs(now - time);
  const text = lasting(span);
  if (span < minute) return time > now + 5000 ? "in a moment" : "just now";
  return time > now ? `in ${text}` : `${text} ago`;
}

/**
 * An exact time, in UTC to the second.
 * @param {number} time milliseconds since 1970 UTC
 * @returns {string}
 */
export function exactTime(time) {
  return new Date(time)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}

/**
 * A span in its largest unit.
 * @param {number} span milliseconds
 * @returns {string}
 */
function lasting(span) {
  if (span < hour) return `${Math.max(1, Math.floor(span / minute))} min`;
  if (span < 2 * day) return `${Math.floor(span / hour)} h`;
  if (span < 60 * day) return `${Math.floor(span / day)} d`;
  if (span < 730 * day) return `${Math.floor(span / (30.44 * day))} mo`;
  return `${Math.floor(span / (365.25 * day))} y`;
}
