/**
 * Counts the ranks of a run of `staircase` at other thresholds, from the eigenvalues that it kept.
 *
 *     deno run -A examples/trace.ts runs/staircase/latest --epsilons 1e-3,1e-8
 */
import { runTraceProgram } from "../src/experiments/staircase/trace_program.ts";

await runTraceProgram();
