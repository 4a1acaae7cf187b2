import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanMessage } from "./message.js";

describe("cleanMessage", () => {
  it("makes one line, without control and direction characters", () => {
    expect(cleanMessage("  a\r\n\tb\u0000c\u202edorw\u001b[31m ")).toBe("a b c dorw [31m");
  });

  it.each([
    'unable to parse template at key config: template: config:1: unexpected "hunter2" in operand',
    'could not execute template: template: t:1:3: executing "t" at <.password | hunter2>: error',
    "spec.target.template.data[a]: Invalid value: `hunter2 and more",
    "template says {{ hunter2 }} and {{ hunter2",
  ])("cuts out what a template's error quotes: %s", (text) => {
    expect(cleanMessage(text)).not.toContain("hunter2");
    expect(cleanMessage(text)).toContain("…");
    expect(cleanMessage(text)).toContain("template");
  });

  it("keeps what is quoted elsewhere", () => {
    expect(cleanMessage('SecretStore "x" is not ready')).toBe('SecretStore "x" is not ready');
  });

  it("is at most 1 KiB of whole characters, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (text) => {
        const clean = cleanMessage(text);
        expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(1_024);
        expect(Buffer.from(clean).toString()).toBe(clean);
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(clean).not.toMatch(/[\u0000-\u001f\u007f]/u);
      }),
    );
    expect(cleanMessage("€".repeat(2_000))).toMatch(/^€+…$/u);
    expect(cleanMessage("\ud800")).toBe("\ufffd");
    expect(cleanMessage("x".repeat(10_000_000)).length).toBeLessThanOrEqual(1_024);
  });
});
