/** Third-party code of the tests. @module */
export * as fc from "npm:fast-check@4.10.2";
export { default as assert } from "node:assert/strict";
export {
  EigenvalueDecomposition,
  Matrix,
  SingularValueDecomposition,
  solve as solveLinear,
} from "npm:ml-matrix@6.15.1";
export { SaxesParser } from "npm:saxes@6.0.0";
