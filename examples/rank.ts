/**
 * Certified ranks of features computed elsewhere, from .npy, .npz and safetensors files.
 *
 *     deno run -A examples/rank.ts features.npy --epsilons 1e-6,1e-9 --relative
 */
import { runProgram } from "../src/cli/program.ts";
import { rankProgram, runRanks } from "../src/cli/rank/rank_program.ts";

await runProgram(rankProgram, runRanks);
