// Bundles GraphiQL and its workers into dist/graphiql/, from where this server alone serves them.
import { copyFileSync, mkdirSync } from "node:fs";
import { build } from "esbuild";

const outdir = "dist/graphiql";
mkdirSync(outdir, { recursive: true });
const common = {
  bundle: true,
  minify: true,
  outdir,
  logLevel: "warning" as const,
  define: { "process.env.NODE_ENV": '"production"' },
};

await build({
  ...common,
  entryPoints: { page: "graphiql/page.tsx" },
  format: "esm",
  splitting: true,
  chunkNames: "chunk-[hash]",
  assetNames: "asset-[hash]",
  loader: { ".ttf": "file" },
  jsx: "automatic",
  // esbuild ignores it in this file's tsconfig, which is for the type check.
  tsconfigRaw: { compilerOptions: { jsx: "react-jsx" } },
});
await build({
  ...common,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  format: "iife",
});
copyFileSync("graphiql/index.html", `${outdir}/index.html`);
