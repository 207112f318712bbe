/**
 * Lowers the ranks of weight matrices by weight decay, with classes that vary more and less.
 *
 *     deno run -A examples/rank_collapse.ts --deviations 0.1,1 --weight-decays 0,1e-3,5e-3,2e-2
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { rankCollapse } from "../src/experiments/rank_collapse/mod.ts";

await runExperimentProgram(rankCollapse);
