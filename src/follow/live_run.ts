/**
 * Serves the live page of a run that is recorded of another program's training.
 *
 * @module
 */
import { serveFeed } from "../live/serve_run.ts";
import type { LiveServer } from "../live/server.ts";
import { tellRun, type ToldRun } from "./live_feed.ts";

/**
 * Serves the page on loopback.
 *
 * @param run Gives the run as it is now.
 * @returns The server, until the end of its scope.
 * @throws {StaircaseError} If no port can be used, or the page cannot be bundled.
 */
export async function serveFollowed(run: () => ToldRun): Promise<LiveServer> {
  return await serveFeed((signal) => tellRun(run, signal), null);
}
