/**
 * Puts the folders of the shards of a sweep into one table and one figure.
 *
 *     deno run -A examples/merge.ts shard-1 shard-2 --out runs/all
 */
import { runMergeProgram } from "../src/experiments/sweep/merge_program.ts";

await runMergeProgram();
