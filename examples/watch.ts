/**
 * Follows the ranks of a training in another program while it goes on.
 *
 *     deno run -A examples/watch.ts runs/mine --live
 */
import { runWatchProgram } from "../src/follow/watch_program.ts";

await runWatchProgram();
