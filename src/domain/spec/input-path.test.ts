import { describe, expect, it } from "vitest";
import { inputPath, inputPaths } from "./input-path.js";

describe("the place of a part of the operator's spec in typed input", () => {
  it.each([
    ["metadata.name", "name"],
    ["metadata.labels.a", ""],
    ["spec", ""],
    ["spec.future.x", ""],
    ["spec.secretStoreRef.name", ""],
    ["spec.refreshInterval", "refreshInterval"],
    ["spec.refreshPolicy", "refreshPolicy"],
    ["spec.data", "data"],
    ["spec.data.3", "data.3"],
    ["spec.data.3.secretKey", "data.3.secretKey"],
    ["spec.data.3.remoteRef", "data.3"],
    ["spec.data.3.remoteRef.key", "data.3.remoteKey"],
    ["spec.data.3.remoteRef.property", "data.3.property"],
    ["spec.data.3.remoteRef.version", "data.3.version"],
    ["spec.data.3.remoteRef.decodingStrategy", "data.3.decodingStrategy"],
    ["spec.data.3.remoteRef.metadataPolicy", "data.3"],
    ["spec.data.3.sourceRef", "data.3"],
    ["spec.dataFrom.0.extract", "dataFrom.0.extract"],
    ["spec.dataFrom.0.extract.key", "dataFrom.0.extract.key"],
    ["spec.dataFrom.0.extract.property", "dataFrom.0.extract.property"],
    ["spec.dataFrom.0.extract.conversionStrategy", "dataFrom.0.extract"],
    ["spec.dataFrom.0.find", "dataFrom.0.find"],
    ["spec.dataFrom.0.find.path", "dataFrom.0.find.path"],
    ["spec.dataFrom.0.find.name.regexp", "dataFrom.0.find.nameRegExp"],
    ["spec.dataFrom.0.find.tags.env", "dataFrom.0.find.tags.env"],
    ["spec.dataFrom.0.find.conversionStrategy", "dataFrom.0.find"],
    ["spec.dataFrom.0.rewrite.0", "dataFrom.0"],
    ["spec.target", "target"],
    ["spec.target.name", "target.name"],
    ["spec.target.creationPolicy", "target.creationPolicy"],
    ["spec.target.deletionPolicy", "target.deletionPolicy"],
    ["spec.target.immutable", "target.immutable"],
    ["spec.target.manifest", "target"],
    ["spec.target.template", "target.template"],
    ["spec.target.template.type", "target.type"],
    ["spec.target.template.data.a", "target.template.data.a"],
    ["spec.target.template.metadata", "target"],
    ["spec.target.template.metadata.finalizers.0", "target"],
    ["spec.target.template.metadata.labels.app", "target.labels.app"],
    ["spec.target.template.metadata.annotations.a", "target.annotations.a"],
  ])("%s is at %s", (path, expected) => expect(inputPath(path.split(".")).join(".")).toBe(expected));

  it("says the same thing about the same place once", () => {
    const said = inputPaths([
      { path: ["spec", "data", "0", "remoteRef", "metadataPolicy"], message: "x" },
      { path: ["spec", "data", "0", "sourceRef"], message: "x" },
      { path: ["spec", "data", "0", "sourceRef"], message: "y" },
    ]);
    expect(said).toEqual([
      { path: ["data", "0"], message: "x" },
      { path: ["data", "0"], message: "y" },
    ]);
  });
});
