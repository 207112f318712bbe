/**
 * Third-party code of this room: d3 for scales, shapes and selections, linkedom for a document outside the browser.
 *
 * @module
 */
// @ts-types="npm:@types/d3@7.4.3"
export * as d3 from "npm:d3@7.9.0";
export { DOMParser } from "npm:linkedom@0.18.12";
