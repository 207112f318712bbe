/**
 * Compares the ranks of tangent kernel and features while networks train.
 *
 *     deno run -A examples/tangent_kernel.ts --tasks runge --activation relu
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { tangentKernel } from "../src/experiments/tangent_kernel/mod.ts";

await runExperimentProgram(tangentKernel);
