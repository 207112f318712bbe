/**
 * Trains a network, probes the rank of its features every few steps, and draws the staircase.
 *
 *     deno run -A examples/staircase.ts --task cosines --replicas 8
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { staircase } from "../src/experiments/staircase/mod.ts";

await runExperimentProgram(staircase);
