/**
 * Version of Staircase.
 *
 * @module
 */

/** Version of Staircase, as in `deno.json`. */
export const VERSION = "0.1.0";
