/**
 * Puts Dawn in the place of Deno's own WebGPU, for a run of tests:
 * `deno test --preload tests/support/dawn.ts`, or `deno task test:dawn`.
 *
 * @module
 */
import { loadImplementation } from "../../src/cli/implementation.ts";

const { gpu } = await loadImplementation("dawn");
Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });

// Dawn aborts the process where a promise is still open at the end of a file. An answer to this one
// comes after those to all calls before it.
Deno.test.afterAll(async () => void await gpu!.requestAdapter());
