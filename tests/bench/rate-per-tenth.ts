/** How much was done by when. */
export interface Reached {
  readonly seconds: number;
  readonly done: number;
}

/** How much was done a second in each tenth of `total`, of a series in the order of time that reaches it. */
export function ratePerTenth(series: readonly Reached[], total: number): readonly number[] {
  const ends = Array.from({ length: 11 }, (_, tenth) => secondsAt(series, (total * tenth) / 10));
  return ends.slice(1).map((end, tenth) => total / 10 / (end - (ends[tenth] ?? 0)));
}

/** Between two points of the series, in proportion. */
function secondsAt(series: readonly Reached[], done: number): number {
  const next = series.findIndex((reached) => reached.done >= done);
  const after = series[next];
  if (after === undefined) throw new Error(`The series does not reach ${done}.`);
  const before = series[next - 1] ?? { seconds: 0, done: 0 };
  if (after.done === before.done) return after.seconds;
  return before.seconds + ((after.seconds - before.seconds) * (done - before.done)) / (after.done - before.done);
}
