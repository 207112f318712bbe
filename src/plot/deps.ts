/**
 * Third-party code of this room: the parts of d3 for scales, shapes and selections, and linkedom
 * for a document outside the browser. The package `d3` would bring 31 packages; these parts bring
 * 12.
 *
 * @module
 */
// @ts-types="npm:@types/d3-array@3.2.2"
export { extent, ticks } from "npm:d3-array@3.2.5";
// @ts-types="npm:@types/d3-format@3.0.4"
export { format } from "npm:d3-format@3.1.3";
// @ts-types="npm:@types/d3-scale@4.0.9"
export { scaleLinear, scaleLog, scaleSymlog, tickFormat } from "npm:d3-scale@4.0.3";
// @ts-types="npm:@types/d3-scale-chromatic@3.1.0"
export { interpolateCividis, interpolateViridis } from "npm:d3-scale-chromatic@3.1.1";
// @ts-types="npm:@types/d3-selection@3.0.12"
export { type BaseType, select } from "npm:d3-selection@3.0.1";
// @ts-types="npm:@types/d3-shape@3.2.0"
export { area, curveLinear, curveStepAfter, line } from "npm:d3-shape@3.2.1";
export { DOMParser } from "npm:linkedom@0.18.12";
