export * from "./doubles.js";
export * from "./outcome.js";
export * from "./world.js";
