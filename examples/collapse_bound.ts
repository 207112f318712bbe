/**
 * Bounds the distance of weight matrices to rank K by the variation of earlier features.
 *
 *     deno run -A examples/collapse_bound.ts --deviations 0.1 --weight-decays 0,5e-3,2e-2
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { collapseBound } from "../src/experiments/collapse_bound/mod.ts";

await runExperimentProgram(collapseBound);
