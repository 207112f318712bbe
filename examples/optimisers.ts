/**
 * Compares Adam, L-BFGS, and L-BFGS after Adam, by the loss and the rank that they come to.
 *
 *     deno run -A examples/optimisers.ts --tasks burgers --second-steps 4000
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { optimizerStudy } from "../src/experiments/optimisers/mod.ts";

await runExperimentProgram(optimizerStudy);
