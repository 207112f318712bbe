/**
 * Compares how far features move, and best learning rates, over widths in µP, NTK and standard.
 *
 *     deno run -A examples/parametrisation.ts --widths 16,64,256
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { parametrization } from "../src/experiments/parametrisation/mod.ts";

await runExperimentProgram(parametrization);
