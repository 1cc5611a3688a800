import { describe, expect, test } from "bun:test";
import { float, hasJsonBody, parseReportBody, ReportRequestError } from "../../../core/index.ts";

function refusal(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ReportRequestError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("content type", () => {
  test.each([null, undefined])("%p means JSON: Python's requests sends none with a text", (contentType) => {
    expect(hasJsonBody(contentType)).toBe(true);
  });

  test.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=utf-8",
    " application/json ;",
  ])("%p means JSON", (contentType) => {
    expect(hasJsonBody(contentType)).toBe(true);
  });

  test.each([
    "",
    "text/plain",
    "application/jsonx",
    "application/json5",
    "application/x-www-form-urlencoded",
    "text/json",
  ])("%p is refused by name", (contentType) => {
    expect(refusal(() => hasJsonBody(contentType))).toEqual({
      code: "unhandled_content_type",
      message: `Unhandled content type ${contentType}, expect no body or application/json: send the header content-type: application/json with a JSON body`,
    });
  });
});

describe("body", () => {
  test.each(["", " ", "\r\n\t ", "\ufeff", "\ufeff\n"])("%p is empty, so there is none", (text) => {
    expect(parseReportBody(text)).toBeUndefined();
  });

  test("its numbers are read as they were written", () => {
    expect(parseReportBody(' {"a": 1, "b": 1.0} ')).toEqual({ a: 1, b: float(1) });
  });

  test("one byte order mark before it is dropped, a second is not", () => {
    expect(parseReportBody("\ufeff{}")).toEqual({});
    expect(refusal(() => parseReportBody("\ufeff\ufeff{}")).code).toBe("malformed_json");
  });

  test.each([
    ['{"a": 1,}', "Illegal trailing comma before end of object: line 1 column 8 (char 7)"],
    ['{"a"\n: tru}', "Expecting value: line 2 column 3 (char 7)"],
    ["\u00a0", "Expecting value: line 1 column 1 (char 0)"],
  ])("%p is refused with the place of the mistake", (text, problem) => {
    expect(refusal(() => parseReportBody(text))).toEqual({
      code: "malformed_json",
      message: `Error parsing the body as JSON: ${problem}`,
    });
  });
});
