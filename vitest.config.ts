import { defineConfig } from "vitest/config";

export default defineConfig({
  // Legacy decorators as tsc compiles them; type metadata is not emitted, so every decorator names its type.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: false },
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/e2e/**", "test/chaos/**", "test/bench/**"],
    setupFiles: ["test/support/setup.ts"],
    globalSetup: ["test/support/postgres-server.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["src/domain/**", "src/cluster/**"],
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary", "json-summary", "html"],
    },
  },
});
