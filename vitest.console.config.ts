import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test, ...rest } = base;
const options = {
  ...test,
  // A second try would meet what the first one made.
  retry: 0,
  expect: { poll: { timeout: 30_000 } },
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/** The web console in a real Chromium: apart from the quick suite, which needs nothing but npm. */
export default mergeConfig(
  defineConfig({ ...rest, test: { globalSetup: test?.globalSetup ?? [] } }),
  defineConfig({
    test: {
      projects: [
        {
          ...rest,
          test: {
            ...options,
            name: "console",
            globalSetup: [],
            include: ["test/console/**/*.test.ts"],
            exclude: ["test/console/performance.test.ts"],
            maxWorkers: 2,
          },
        },
        {
          ...rest,
          // Measures, so it is alone.
          test: {
            ...options,
            name: "speed",
            globalSetup: [],
            include: ["test/console/performance.test.ts"],
            exclude: [],
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  }),
);
