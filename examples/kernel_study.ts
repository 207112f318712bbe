/**
 * Studies how ranks are computed on a GPU: every method over families of matrices, how right it is and what it costs.
 *
 *     deno run -A examples/kernel_study.ts --methods naive,gram-jacobi --orders 32,64
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { kernelStudy } from "../src/experiments/kernel_study/mod.ts";

await runExperimentProgram(kernelStudy);
