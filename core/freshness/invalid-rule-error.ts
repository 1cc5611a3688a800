/**
 * A rule that can't be: `field` says which part of a policy or of a partitions definition is wrong, by its name on the
 * wire, the message what to write instead.
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
