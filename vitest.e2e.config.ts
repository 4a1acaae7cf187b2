import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test, ...rest } = base;

/** Tests on a real cluster with the real operator: one file at a time, because they break parts of one and the same cluster. */
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [], globalSetup: [] } }),
  defineConfig({
    test: {
      include: ["test/e2e/**/*.test.ts"],
      // The rig comes first: where it is missing, nothing else is started.
      globalSetup: ["test/e2e/support/global-setup.ts", "test/support/postgres-server.ts"],
      fileParallelism: false,
      // What is green by a second try alone is not known to work.
      retry: 0,
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  }),
);
