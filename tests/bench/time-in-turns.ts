const warmingRounds = 20;

/**
 * Asks every question once a round, back and forth, so that whatever slows the machine hits all alike. Answers the
 * milliseconds of each, in the questions' order, without the rounds that warm the caches.
 */
export async function timeInTurns(
  asks: readonly (() => Promise<unknown>)[],
  rounds: number,
): Promise<readonly (readonly number[])[]> {
  const turns = asks.map((ask) => ({ ask, times: [] as number[] }));
  for (let round = 0; round < warmingRounds + rounds; round++) {
    for (const { ask, times } of round % 2 === 0 ? turns : turns.toReversed()) {
      const began = performance.now();
      await ask();
      if (round >= warmingRounds) times.push(performance.now() - began);
    }
  }
  return turns.map(({ times }) => times);
}
