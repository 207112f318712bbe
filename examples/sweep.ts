/**
 * Trains a network for each combination of options, many side by side, and puts all of them into one
 * table and one figure.
 *
 *     deno run -A examples/sweep.ts --grid 'width=20,50,100 learningRate=1e-3,1e-2 seed=0..9'
 */
import { runSweepProgram } from "../src/experiments/sweep/program.ts";

await runSweepProgram();
