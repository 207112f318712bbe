/**
 * Compares networks whose first layer is pre-trained, structured or by gradient, with those that
 * start otherwise.
 *
 *     deno run -A examples/pretraining.ts --tasks runge:tanh,helmholtz1d:tanh --epsilon 1e-8
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { pretraining } from "../src/experiments/pretraining/mod.ts";

await runExperimentProgram(pretraining);
