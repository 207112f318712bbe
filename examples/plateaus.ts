/**
 * Compares activation patterns and ranks on plateaus of the loss and in the drops behind them.
 *
 *     deno run -A examples/plateaus.ts --init pytorch
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { plateaus } from "../src/experiments/plateaus/mod.ts";

await runExperimentProgram(plateaus);
