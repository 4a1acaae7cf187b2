// Writes src/api/introspection.d.ts from ../schema.graphql: what gql.tada reads every operation's types from. No server is asked.
// With --check it writes nothing, and fails where the file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { minifyIntrospection, outputIntrospectionFile } from "@gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "graphql";

const target = new URL("../src/api/introspection.d.ts", import.meta.url);
const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const introspection = minifyIntrospection(introspectionFromSchema(schema, { descriptions: false }));
const text = outputIntrospectionFile(introspection, { fileType: ".d.ts", shouldPreprocess: true });
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write(
    "console/src/api/introspection.d.ts is not of this schema.graphql: run `npm run types -w console`\n",
  );
  process.exit(1);
}
