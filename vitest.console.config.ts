import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test, ...rest } = base;

/** The web console in a real Chromium: apart from the quick suite, which needs nothing but npm. */
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [] } }),
  defineConfig({
    test: {
      include: ["test/console/**/*.test.ts"],
      // Each has a browser of its own, and one of them measures.
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);
