/**
 * Ranks, stairs and figure of a training, from features at its steps that any program saved. Of a
 * run of `staircase` it counts the ranks at other thresholds, from the eigenvalues that it kept.
 *
 *     deno run -A examples/trace.ts 'ckpt/step_*.npz' --losses log.csv
 *     deno run -A examples/trace.ts runs/staircase/latest --epsilons 1e-3,1e-8
 */
import { traceRun } from "../src/experiments/staircase/trace_program.ts";
import { runTraceProgram } from "../src/follow/trace_program.ts";

await runTraceProgram(traceRun);
