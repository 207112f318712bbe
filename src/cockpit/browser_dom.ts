/// <reference lib="dom" />
/**
 * The document of the browser, in place of the package that stands for it elsewhere.
 *
 * @module
 */

/** Parser of the browser. */
export const DOMParser: typeof globalThis.DOMParser = globalThis.DOMParser;
