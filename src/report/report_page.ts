/**
 * Writes `report.html`: one page that holds a run and the script that shows it, and that loads
 * nothing.
 *
 * @module
 */
import { packRun, type RunReport } from "../cockpit/data/run_file.ts";
import styles from "../cockpit/styles.css" with { type: "text" };
import script from "./report_script.js" with { type: "text" };

/** Writes text so that a page shows it, and takes nothing in it for markup. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll(
    // deno-lint-ignore no-control-regex
    /[&<>"'\x00-\x08\x0b\x0c\x0e-\x1f]/g,
    (character) => character < " " ? "\ufffd" : `&#${character.charCodeAt(0)};`,
  );
}

/** Hash of a script, by which the page's policy allows it. */
async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}

/**
 * Writes the page of a run. It runs its own script alone, and its policy lets it load nothing.
 *
 * @param report The run.
 * @returns The page, in pieces.
 */
export async function reportPage(report: RunReport): Promise<string[]> {
  const { facts: { title, subtitle } } = report;
  // The page is opened from files: what follows the last line of a script belongs to it as well.
  const code = script.trim();
  if (/<\/script|<!--/i.test(code)) throw new Error("the script of the page would end early");
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(code)}'`,
    "style-src 'unsafe-inline'",
    "img-src blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Staircase">
<title>${escaped(title)}</title>
<style>${styles}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="subtitle">${escaped(subtitle)}</p>
</header>
<main id="run">Unpacking the run …</main>
<noscript><p>This page draws its figures by a script. Allow it, or see staircase.svg beside it.</p></noscript>
<script type="text/plain" id="run-data">`,
    await packRun(report),
    `</script>
<script type="module">`,
    code,
    `</script>
</body>
</html>
`,
  ];
}
