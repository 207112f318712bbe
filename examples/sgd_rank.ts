/**
 * Compares the ranks of weight matrices that SGD trains with different batch sizes, learning rates and weight decays.
 *
 *     deno run -A examples/sgd_rank.ts --batch-sizes 4,16,64 --weight-decays 0,0.005
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { sgdRank } from "../src/experiments/sgd_rank/mod.ts";

await runExperimentProgram(sgdRank);
