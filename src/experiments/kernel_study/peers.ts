/**
 * Other code that computes ranks: each is a module with a rank method, which loads only where the
 * code is here.
 *
 * @module
 */

/** Addresses of the modules by the names of the peers. */
export const peers: Readonly<Record<string, string>> = Object.fromEntries(
  ["numpy", "torch", "torch-cuda", "jax-js"].map((name) => [
    name,
    new URL(`peers/${name.replaceAll("-", "_")}.ts`, import.meta.url).href,
  ]),
);
