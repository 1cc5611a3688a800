/**
 * A rule that is not valid. `field` is the wrong field of the policy or of the partitions, by its name in a definition. The
 * message says what to write instead.
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
