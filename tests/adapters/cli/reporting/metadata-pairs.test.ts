import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { addPair } from "../../../../adapters/cli/reporting/report-input.ts";
import { type JsonValue, materialization, stringifyJson } from "../../../../core/index.ts";
import { always } from "../../../core/arbitraries.ts";
import { patience, runCli } from "../run-cli.ts";

setDefaultTimeout(patience);

/** What an event has of `--metadata value=…`. */
function recorded(text: string): readonly [string | undefined, JsonValue | undefined] {
  const { metadata } = materialization("a", { metadata: addPair(`value=${text}`, {}) });
  const { type, rawValue } = metadata.value ?? {};
  return [type, rawValue];
}

describe("a value of --metadata", () => {
  test.each([
    ["0.50", 0.5],
    ["1.50", 1.5],
    ["-0.25", -0.25],
    ["1e5", 100_000],
    ["1E-3", 0.001],
    ["2.5e+2", 250],
    ["1e-400", 0],
    [".5", 0.5],
    ["-.50", -0.5],
    ["5.", 5],
    ["+1.50", 1.5],
  ])("%s is a float, whoever printed it", (text, number) => {
    const [type, value] = recorded(text);
    expect([type, Number(value)]).toEqual(["float", number]);
  });

  test.each([
    ["0", "0"],
    ["5", "5"],
    ["-12", "-12"],
    ["+3", "3"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
  ])("%s is an int", (text, digits) => {
    const [type, value = null] = recorded(text);
    expect([type, stringifyJson(value)]).toEqual(["int", digits]);
  });

  test.each([["true"], ["false"]])("%s is a bool", (text) => {
    expect(recorded(text)).toEqual(["bool", text === "true"]);
  });

  test.each([
    ["007"],
    ["00.5"],
    ["-01"],
    ["True"],
    ["1e400"],
    ["NaN"],
    ["Infinity"],
    ["1.2.3"],
    ["1,5"],
    ["0x10"],
    ["1e"],
    ["."],
    ["-"],
    [" 5"],
    [""],
    ["null"],
  ])("%p is text, as it was given", (text) => {
    expect(recorded(text)).toEqual(["text", text]);
  });

  test("is the number that it spells, in each spelling of a shell's printf", () => {
    const spelt = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).chain((number) => {
      return fc.constantFrom(String(number), number.toFixed(2), number.toExponential(3));
    });
    always(
      fc.property(spelt, (text) => {
        const [type, value] = recorded(text);
        expect([type, Number(value)]).toEqual([/[.e]/.test(text) ? "float" : "int", Number(text)]);
      }),
    );
  });
});

test("the help says which values are numbers, and how to give a text that looks like one", async () => {
  for (const command of ["report", "report-check", "report-observation", "exec"]) {
    const { stdout } = await runCli([command, "--help"]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("numbers (5, 0.50, 1e-3), true and false are read as such");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(`--metadata-json '{"release": "1.10"}'`);
  }
});
