/**
 * The program `merge`: one table and one figure of several folders.
 *
 * @module
 */
import { type Program, runProgram } from "../../cli/program.ts";
import { formatsFlag, quietFlag, reportFlag, runJsonFlag } from "../../cli/program_flags.ts";
import { parseFormats } from "../../convert/formats.ts";
import type { Flag } from "../../cli/flags.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { mergeSweeps } from "./merge.ts";
import { resultLines } from "./results.ts";

const flags = [
  {
    name: "partial",
    group: "experiment",
    kind: "boolean",
    default: false,
    help: "merge what is there, though trials are missing",
  },
  {
    name: "out",
    group: "output",
    kind: "string",
    default: "runs/merged",
    placeholder: "DIR",
    help: "folder for the files; it may be one of the merged folders",
  },
  {
    ...formatsFlag,
    help: "formats of the figure, of svg, png and pdf, as in svg,pdf; folders keep their own",
  },
  reportFlag,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

/** The program. */
export const mergeProgram: Program<typeof flags> = {
  name: "merge",
  summary: "put the folders of the shards of a sweep into one table and one figure",
  flags,
  positionals: { placeholder: "DIR", help: "folders of the shards", min: 1 },
  examples: [
    { args: "shard-1 shard-2 --out runs/all", help: "merges two shards, whose trials must be all" },
    { args: "shard-1 --partial", help: "makes table and figure of the first shard" },
  ],
};

/**
 * Runs the program and ends the process, see {@linkcode runProgram}.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runMergeProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(mergeProgram, async ({ flags, given, positionals }) => {
    const { partial, out, report: hasReport, json, quiet } = flags;
    const asked = given.has("formats") ? { formats: parseFormats(flags.formats) } : {};
    const results = await mergeSweeps(positionals, { out, partial, hasReport, ...asked });
    if (!quiet) console.log(resultLines(results).join("\n"));
    if (json) console.log(compactJson(snakeCase({ experiment: "merge", folder: out, ...results.summary })));
  }, args);
}
