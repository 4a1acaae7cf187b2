/**
 * Who may import whom (docs/architecture.md). Tests are exempt: they put parts together.
 * @type {import("dependency-cruiser").IConfiguration}
 */
const TESTS = "(\\.test|/testing|/testing/.*)\\.ts$|^test/";
/** @type {(part: string, allowed: string[]) => import("dependency-cruiser").IForbiddenRuleType} */
const only = (part, allowed) => ({
  name: `${part}-imports-only`,
  comment: `src/${part} may import ${allowed.length > 0 ? allowed.join(", ") : "nothing else"} and errors.ts.`,
  severity: "error",
  from: { path: `^src/${part}/`, pathNot: TESTS },
  to: { path: "^src/", pathNot: [`^src/${part}/`, "^src/errors\\.ts$", ...allowed.map((name) => `^src/${name}/`)] },
});

export default {
  forbidden: [
    only("domain", []),
    only("persistence", ["domain"]),
    only("providers", ["domain"]),
    only("cluster", ["domain"]),
    only("auth", ["domain"]),
    only("graphql", ["domain"]),
    only("http", ["graphql", "auth", "domain"]),
    only("dev", ["domain", "auth"]),
    {
      name: "only-main-reads-config",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/(main|app)\\.ts$", "^src/config/", "^src/config\\.ts$", TESTS] },
      to: { path: "^src/config" },
    },
    {
      name: "dev-only-from-main-and-lazily",
      comment: "Development parts are loaded by a dynamic import in main.ts alone.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/dev/", TESTS] },
      to: { path: "^src/dev/", dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
    {
      name: "domain-is-pure",
      comment: "Rules do no I/O: of packages and built-in modules only what computes.",
      severity: "error",
      from: { path: "^src/domain/", pathNot: TESTS },
      to: { dependencyTypes: ["core", "npm"], pathNot: "^(node:)?(crypto)$|node_modules/yaml/" },
    },
    {
      name: "no-kubernetes-outside-cluster",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/cluster/", TESTS] },
      to: { path: "node_modules/@kubernetes/" },
    },
    {
      name: "no-database-outside-persistence",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/persistence/", "^src/dev/postgres/", TESTS] },
      to: { path: "node_modules/(typeorm|pg)/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "no-development-packages-in-the-product",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/dev/", TESTS] },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
