/**
 * Follows networks from small weights along the saddles at which the rank of their weights grows.
 *
 *     deno run -A examples/saddle_to_saddle.ts --deltas 1,1e-4,1e-5,1e-6 --steps 5000
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { saddleToSaddle } from "../src/experiments/saddle_to_saddle/mod.ts";

await runExperimentProgram(saddleToSaddle);
