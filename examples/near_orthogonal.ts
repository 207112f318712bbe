/**
 * Follows the stable rank of leaky ReLU networks that learn nearly orthogonal samples.
 *
 *     deno run -A examples/near_orthogonal.ts --samples 20 --ratios 50,2,0.5
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { nearOrthogonal } from "../src/experiments/near_orthogonal/mod.ts";

await runExperimentProgram(nearOrthogonal);
