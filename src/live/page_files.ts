/**
 * The files of the live page.
 *
 * @module
 */
import liveStyles from "../cockpit/live/live.css" with { type: "text" };
import styles from "../cockpit/styles.css" with { type: "text" };
import { bundlePage } from "./bundle_page.ts";

/** First module of the page's script. */
const ENTRY = new URL("../cockpit/live/live_page.ts", import.meta.url);

/** Policy of the page: its own files, and no code but them. */
export const contentPolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A file of the page. */
export interface PageFile {
  /** Media type. */
  readonly type: string;
  /** Its content. */
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/** What belongs to the page. */
export interface PageOptions {
  /** The report of a recorded run, for browsers without WebGPU. Default: none. */
  readonly report?: Uint8Array<ArrayBuffer> | null;
  /** Address of the events of a run that the page follows. Default: networks train in the page. */
  readonly feed?: string | null;
}

/**
 * Makes the files of the live page; its script is bundled in about a second.
 *
 * @param options What belongs to it.
 * @returns The files by their names, `index.html` among them.
 * @throws {StaircaseError} If the script cannot be bundled.
 */
export async function pageFiles(
  { report = null, feed = null }: PageOptions = {},
): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>([
    ["index.html", { type: "text/html; charset=utf-8", content: pageHtml(report !== null, feed) }],
    ["live.css", { type: "text/css; charset=utf-8", content: `${styles}\n${liveStyles}` }],
    ["live.js", { type: "text/javascript; charset=utf-8", content: await bundlePage(ENTRY) }],
  ]);
  if (report) files.set("report.html", { type: "text/html; charset=utf-8", content: report });
  return files;
}

function pageHtml(hasReport: boolean, feed: string | null): string {
  const link = '<a href="report.html">A run that was recorded</a> can be explored without it.';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Staircase">
<title>Staircase, live</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="live.css">
<script type="module" src="live.js"></script>
</head>
<body>
<header><h1>Staircase, live: the rank of a network's features while it learns</h1></header>
<main id="live"${feed === null ? "" : ` data-feed="${feed}"`}>
<p>The page is loading. Where this line stays, the browser is older than the page: it needs Chrome or Edge from
version 134 on, or Firefox from 141 on.</p>
<noscript><p>The networks train in a script of this page. Allow it.</p></noscript>
</main>
${hasReport ? `<p id="recorded" hidden>${link}</p>` : ""}
</body>
</html>
`;
}
