import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test, ...rest } = base;

/** Tests in a real Chromium: apart from the quick suite, which needs nothing but npm. */
export default mergeConfig(
  defineConfig({ ...rest, test: { ...test, include: [], exclude: [] } }),
  defineConfig({
    test: {
      include: ["test/browser/**/*.test.ts"],
      // A second try would meet what the first one made.
      retry: 0,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }),
);
