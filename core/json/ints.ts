/** A list of 32-bit integers that takes four bytes for each. */
export class Ints {
  items = new Int32Array(64);
  length = 0;

  /** Adds space for so many more, which the caller then writes to `items`. Returns the index of the first. */
  extend(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.items.length) {
      const larger = new Int32Array(Math.max(2 * this.items.length, this.length));
      larger.set(this.items);
      this.items = larger;
    }
    return start;
  }

  /** Returns the index of the first. */
  add(numbers: ArrayLike<number>): number {
    const start = this.extend(numbers.length);
    this.items.set(numbers, start);
    return start;
  }

  at(index: number): number {
    return this.items[index] as number; // within the length
  }
}
