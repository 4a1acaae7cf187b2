import { describe, expect, it } from "vitest";
import { re2Problem } from "./re2.js";

// Both lists were seen on Go 1.26's regexp.Compile.
describe("expressions that RE2 takes", () => {
  it.each([
    "",
    "^team-[a-z0-9]+$",
    "a|b|",
    "(a|b)*?c{2,5}",
    "(?i)dev-.*",
    "(?P<name>x)(?<other>y)",
    "(?s-i:.)",
    "[[:alpha:]_-]",
    "[^]a]",
    "[]a]",
    String.raw`\Apath/\d+\.\w\z`,
    String.raw`\Q*+?\E+`,
    String.raw`\pL\p{Greek}\x41\x{10FFFF}\07\12`,
    "a{,2}",
    "a{",
    "x{1000}",
    "é+",
    "[a-z](?-i){2}",
    String.raw`\_\-\/`,
  ])("%j", (pattern) => expect(re2Problem(pattern)).toBeNull());
});

describe("expressions that RE2 refuses", () => {
  it.each([
    ["(?=a)", "lookaround"],
    ["(?!a)", "lookaround"],
    ["(?<=a)b", "lookaround"],
    ["(?<!a)b", "lookaround"],
    ["(?>a)", "group"],
    ["(?#note)", "group"],
    ["(?x)a", "group"],
    [String.raw`(a)\1`, "escape"],
    [String.raw`(?P<n>a)\k<n>`, "escape"],
    [String.raw`a\Z`, "escape"],
    [String.raw`\G`, "escape"],
    [String.raw`\C`, "escape"],
    [String.raw`\E`, "escape"],
    ["\\", "escape"],
    [String.raw`\x{110000}`, "escape"],
    [String.raw`[\b]`, "escape"],
    [String.raw`[a-\d]`, "ends with a class"],
    ["(a", "without its `)`"],
    ["a)", "without its `(`"],
    ["[a", "without its `]`"],
    ["[]", "without its `]`"],
    ["[z-a]", "backwards"],
    ["*a", "nothing before"],
    ["a|+", "nothing before"],
    ["({2})", "nothing before"],
    ["a**", "repeats a repetition"],
    ["a++", "repeats a repetition"],
    ["a{2}{3}", "repeats a repetition"],
    ["a{1001}", "count"],
    ["a{3,1}", "count"],
    ["(?P<n>a)(?P<n>b)", "two groups"],
    ["(".repeat(600) + ")".repeat(600), "deeply"],
  ])("%j", (pattern, message) => expect(re2Problem(pattern)).toContain(message));
});
