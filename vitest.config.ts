import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Legacy decorators as tsc compiles them; type metadata is not emitted, so every decorator names its type.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: false },
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  // Vite would take graphql's ES modules and Node.js its CommonJS ones, and graphql-js refuses to meet itself twice.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql")) }] },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: [
      "**/node_modules/**",
      "test/e2e/**",
      "test/chaos/**",
      "test/bench/**",
      "test/browser/**",
      "test/console/**",
    ],
    setupFiles: ["test/support/setup.ts"],
    globalSetup: ["test/support/postgres-server.ts"],
    // Everything waits on real processes and sockets, and a landing must not hang on one slow moment of a shared machine; a retry is shown in the output.
    retry: process.env["CI"] === "true" ? 1 : 0,
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
