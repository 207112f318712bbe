/**
 * A page that follows a run of another process, or of this one.
 *
 * @module
 */
import { pageFiles } from "./page_files.ts";
import { followRun } from "./run_feed.ts";
import { FEED_PATH, type LiveServer, type LiveSite, serveSite } from "./server.ts";

/** Port of the page where it is free: one that a tunnel can be made to. */
export const LIVE_PORT = 8000;

/**
 * Serves a page that follows a run, on loopback.
 *
 * @param folder Folder of the run, or a promise of it, for a run that has not begun.
 * @param port Port, 0 for any that is free; `null` for {@linkcode LIVE_PORT} or any.
 * @returns The server, until the end of its scope.
 * @throws {StaircaseError} If the port cannot be used, or the page cannot be bundled.
 */
export async function serveRun(folder: string | Promise<string>, port: number | null): Promise<LiveServer> {
  return await serveFeed((signal) => followRun(folder, signal), port);
}

/**
 * Serves a page that follows what a feed tells, on loopback.
 *
 * @param feed Makes the events of the feed, from the start, for each page.
 * @param port Port, 0 for any that is free; `null` for {@linkcode LIVE_PORT} or any.
 * @returns The server, until the end of its scope.
 * @throws {StaircaseError} If the port cannot be used, or the page cannot be bundled.
 */
export async function serveFeed(
  feed: NonNullable<LiveSite["feed"]>,
  port: number | null,
): Promise<LiveServer> {
  const site: LiveSite = { files: await pageFiles({ feed: FEED_PATH }), feed };
  if (port !== null) return serveSite(site, port);
  try {
    return serveSite(site, LIVE_PORT);
  } catch {
    return serveSite(site, 0);
  }
}
