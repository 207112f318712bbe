/**
 * Compares the ε-ranks of all layers of a deep network at the start with those after training.
 *
 *     deno run -A examples/depth_profile.ts --layers 30,30,30,30,30,30
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { depthProfile } from "../src/experiments/depth_profile/mod.ts";

await runExperimentProgram(depthProfile);
