/**
 * Serves a page in which networks train in the browser while their staircases are drawn.
 *
 *     deno run -A examples/live.ts --port 0
 */
import { runLiveProgram } from "../src/live/live_program.ts";

await runLiveProgram();
