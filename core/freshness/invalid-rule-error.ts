/**
 * A rule that can't be: `field` says which part of a policy or of a partitions definition is wrong, by its name on the
 * wire, the message what to write instead.
 *
 * @example
 * try {
 *   cronSchedule("0 6 31 2 *", "UTC");
 * } catch (error) {
 *   if (error instanceof InvalidRuleError) console.log(error.field, error.message);
 * }
 */
export class InvalidRuleError extends Error {
  override readonly name = "InvalidRuleError";
  readonly code = "invalid_rule";
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
