import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foreignText } from "./foreign-text.js";

describe("a message from elsewhere", () => {
  it.each([
    [
      'could not get SecretStore "vault", SecretStore.external-secrets.io "vault" not found',
      'could not get SecretStore "vault", SecretStore.external-secrets.io "vault" not found',
    ],
    ["a\nb\tc\r\n  d", "a b c d"],
    ["red \u001b[31malert\u001b[0m\u0007", "red [31malert[0m"],
    ["user \u202egnp.exe\u2069 \u200bhidden\ufeff", "user gnp.exe hidden"],
    ["broken \ud800 half", "broken  half"],
    ["", ""],
    [
      'using cluster store "x" is not allowed from namespace "y": denied by spec.condition',
      'using cluster store "x" is not allowed from namespace "y": denied by spec.condition',
    ],
  ])("%j", (text, expected) => expect(foreignText(text)).toBe(expected));

  // The wording is ESO's and Go's text/template's.
  it.each([
    [
      'could not apply template: could not execute template: unable to execute template at key endpoint: unable to execute template at key endpoint: template: endpoint:1:3: executing "endpoint" at <.hunter2>: map has no entry for key "hunter2"',
      "could not apply template: could not execute template: unable to execute template at key endpoint: line 1, column 3: map has no entry for a key that it names",
    ],
    [
      "unable to execute template at key token: unable to parse template at key token: template: token:7: bad character U+002D '-'",
      "unable to execute template at key token: line 7: bad character",
    ],
    [
      'unable to parse template at key password = "hunter2"\nuser = {{ .user | nope }}: template: password = "hunter2"\nuser = {{ .user | nope }}:2: function "nope" not defined',
      "unable to parse template: a function is not defined",
    ],
    [
      'unable to execute template at key a: template: a:1:2: executing "a" at <fail "hunter2">: error calling fail: hunter2 is wrong',
      "unable to execute template at key a: line 1, column 2: error calling a function",
    ],
    [
      "could not unmarshal template to 'map[string][]byte': error unmarshaling JSON: cannot unmarshal hunter2",
      "template: the result is no map of strings",
    ],
    ["template: x:1:1: hunter2", "template: the template failed"],
    [
      'ExternalSecret is invalid: spec.target.template.data.a: Invalid value: "hunter2 \\"x\\" hunter2": must be a string',
      "ExternalSecret is invalid: spec.target.template.data.a: Invalid value: …: must be a string",
    ],
    [
      'ExternalSecret "x" is invalid: spec.target.template: Invalid value: "hunter2": must be an object',
      'ExternalSecret "x" is invalid: spec.target.template: Invalid value: …: must be an object',
    ],
    ['spec.target.template.data.a: Invalid value: "hunter2', "spec.target.template.data.a: Invalid value: …"],
    [
      ".spec.target.template.data.a: expected string, got &value.valueUnstructured{Value:hunter2}",
      ".spec.target.template.data.a: expected string, got &value.valueUnstructured…",
    ],
  ])("quotes no template: %j", (text, expected) => {
    expect(expected).not.toContain("hunter2");
    expect(foreignText(text)).toBe(expected);
  });

  it("fits 1 KiB, cut between characters", () => {
    const shown = foreignText("🙂ü".repeat(10_000));
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(shown)).toBeGreaterThan(1010);
    expect(shown.endsWith("…")).toBe(true);
    expect(foreignText("x".repeat(1024))).toBe("x".repeat(1024));
    expect(foreignText("x".repeat(1025))).toBe(`${"x".repeat(1021)}…`);
  });

  it("is bounded, of one line and of visible characters, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        const shown = foreignText(text);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(1024);
        expect(/[\p{Cc}\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(shown)).toBe(false);
        expect(foreignText(shown)).toBe(shown);
      }),
    );
  });

  it("never lets what a template holds through, wherever Go quotes it", () => {
    const secret = "s3cr3t-v4lue";
    const around = fc.string({ unit: fc.constantFrom(...Array.from(`ab "'\`<>{}:\n\\`)), maxLength: 30 });
    fc.assert(
      fc.property(around, around, fc.constantFrom("parse", "execute"), (before, after, verb) => {
        // What fails has an action in it, so it never looks like a plain key.
        const template = `${before}${secret}{{${after}`;
        const text = `could not apply template: unable to ${verb} template at key ${template}: template: ${template}:1:2: executing ${JSON.stringify(template)} at <${template}>: error calling fail: ${template}`;
        expect(foreignText(text)).not.toContain(secret);
      }),
    );
  });

  it("is quick with a large text", () => {
    const started = performance.now();
    foreignText('spec.target.template "'.repeat(500_000));
    foreignText(`template: ${"a".repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
