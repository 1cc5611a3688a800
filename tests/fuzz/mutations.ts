import fc from "fast-check";

/** A place in bytes of any length: what is too large is counted from the start again. */
export const place = fc.noBias(fc.nat(0xffff));
const words =
  '% %00 %2F %2e%2e /../ \\ ? # & : , " { } [ ] null 1e999 NaN -0 \\ud800 "__proto__": POST HEAD \u00e9 \x80\xff';
const token = fc.constantFrom(
  ...words.split(" "),
  ...[" ", "\t", "\0", "\r", "\n", "\r\n", "\r\n\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "POST ", "HEAD "],
  ...["9".repeat(400), "[".repeat(600)],
);

/** A change of some bytes. */
export const mutation = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("insert" as const), at: place, token }),
  fc.record({ kind: fc.constant("remove" as const), at: place, length: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ kind: fc.constant("splice" as const), at: place, from: place, length: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant("truncate" as const), at: place }),
);
export type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

export function mutate(bytes: Buffer, change: Mutation): Buffer {
  const at = change.at % (bytes.byteLength + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case "flip":
      return Buffer.concat([before, Buffer.from(after.map((byte, i) => (i === 0 ? byte ^ (1 << change.bit) : byte)))]);
    case "insert":
      return Buffer.concat([before, Buffer.from(change.token, "latin1"), after]);
    case "remove":
      return Buffer.concat([before, after.subarray(change.length)]);
    case "splice": {
      const from = change.from % (bytes.byteLength + 1);
      return Buffer.concat([before, bytes.subarray(from, from + change.length), after]);
    }
    case "truncate":
      return before;
  }
}
