/**
 * Compares random features with least squares, partitions of unity, Fourier features and
 * multi-scale inputs with a plain network: ranks at the start and over time, losses, and errors
 * between the samples.
 *
 *     deno run -A examples/methods.ts --targets cosines,franke2d --methods elm,fourier
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { methods } from "../src/experiments/methods/mod.ts";

await runExperimentProgram(methods);
