/**
 * Lets networks without biases learn from ever smaller weights, and compares their direction, before the loss moves, with the KKT
 * point of the neural correlation function.
 *
 *     deno run -A examples/directional_convergence.ts --networks 20,20:relu^2 --deltas 0.1,0.01
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { directionalConvergence } from "../src/experiments/directional_convergence/mod.ts";

await runExperimentProgram(directionalConvergence);
