import { defineConfig } from "vite";

/** Where `npm run dev` finds a running Secretariat. */
const SERVER = process.env["SECRETARIAT_URL"] ?? "http://localhost:4000";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "../dist/console",
    emptyOutDir: true,
    target: "es2023",
    // Whatever is small would else be a data: address, which the policy of the page forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/graphql": { target: SERVER, ws: true }, "/dev": SERVER, "/auth": SERVER } },
});
