import { describe, expect, it } from "vitest";
import { errorOfResponse, errorOfStatus } from "./status.js";

const refusal = (message: string, cause: { field: string; message: string; reason?: string }) =>
  errorOfStatus({
    kind: "Status",
    code: 422,
    reason: "Invalid\u0000",
    message,
    details: { causes: [{ reason: "FieldValueInvalid", ...cause }] },
  });

describe("what an API server refuses, as it may be kept and shown", () => {
  it.each([
    ["spec.target.template.data.a", 'Invalid value: "hunter2 {{ .x"'],
    ['spec.target.template.data["a.b"]', "Invalid value: 'hunter2'"],
    ["spec.target.template.data[a]", "expected string, got &value.valueUnstructured{Value:hunter2}"],
  ])("quotes no template: %s", (field, message) => {
    const error = refusal(`${field}: ${message}`, { field, message });
    expect(error.message).not.toContain("hunter2");
    expect(error.causes[0]?.message).not.toContain("hunter2");
    expect(error.causes[0]?.message).toMatch(/^(?:Invalid value: …|expected string, got )/u);
    expect(error.causes[0]?.field).toBe(field);
  });

  it("keeps what is quoted elsewhere", () => {
    const error = refusal("x", { field: "spec.refreshPolicy", message: 'Unsupported value: "Never"' });
    expect(error.causes).toEqual([
      { reason: "FieldValueInvalid", field: "spec.refreshPolicy", message: 'Unsupported value: "Never"' },
    ]);
  });

  it("is of one line and bounded: message, reason and causes", () => {
    const long = `a\nb\u001b[31m${"x".repeat(5_000)}`;
    const error = refusal(long, { field: "f".repeat(5_000), message: long, reason: long });
    const [cause] = error.causes;
    for (const text of [error.message, error.reason, cause?.message, cause?.reason, cause?.field]) {
      expect(Buffer.byteLength(text ?? "")).toBeLessThanOrEqual(1_024);
      expect(text).not.toMatch(/\p{Cc}/u);
    }
    expect(error.reason).toBe("Invalid");
  });

  it("takes a proxy's plain text as it takes the server's", () => {
    const error = errorOfResponse(502, { "content-type": "text/plain" }, "bad\r\ngateway\u0007");
    expect(error).toMatchObject({ status: 502, message: "HTTP 502 (text/plain): bad gateway" });
  });
});
