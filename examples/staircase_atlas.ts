/**
 * Draws the staircases of many tasks, activations, depths and optimisers side by side.
 *
 *     deno run -A examples/staircase_atlas.ts --tasks cosines,burgers --activations tanh,gelu,sine --depths 2
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { staircaseAtlas } from "../src/experiments/staircase_atlas/mod.ts";

await runExperimentProgram(staircaseAtlas);
