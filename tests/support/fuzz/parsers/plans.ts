/**
 * The readers of plans of sweeps, and of folders of runs.
 *
 * @module
 */
import { parseGrid } from "../../../../src/experiments/sweep/grid_text.ts";
import { checkPlan } from "../../../../src/experiments/sweep/plan_schema.ts";
import { InputError } from "../../../../src/errors.ts";
import { openRun } from "../../../../src/io/open_run.ts";
import { JsonError, parseJson } from "../../../../src/io/parse_json.ts";
import { fc } from "../../../deps.ts";
import { damagedText } from "../mutations.ts";
import { decode, encode, type FuzzedParser } from "../parser.ts";
import { temporaryFolder } from "./temporary.ts";

const PLAN = {
  base: { task: "cosines", steps: 100, layers: "8,8" },
  grid: { learningRate: [1e-3, 1e-2], seed: "0..2", width: [4, 8] },
  trials: [{ optimizer: "adam", seed: 7 }],
};
const GRIDS = ["width=20,50,100 learningRate=1e-3,1e-2 seed=0..9", "task=cosines,abs depth=1..3 seed=0..4"];

/** Files of a run, one of which is the input. */
const RUN_FILES: Readonly<Record<string, string>> = {
  "run.json": '{"experiment":"staircase","status":"running","date":"2026-11-29"}',
  "trace.csv": "replica,step,loss,layer,epsilon,rank,rank_low,rank_high\n0,0,1.5,1,0.01,1,1,1\n",
  "state/lock": '{"host":"h","pid":7,"since":"2026-11-29","inode":3}',
};

const planParser: FuzzedParser = {
  name: "plan",
  files: () => [encode(JSON.stringify(PLAN))],
  nearly: damagedText([JSON.stringify(PLAN, null, 1), JSON.stringify({ grid: PLAN.grid })]).map(encode),
  parse: async (bytes) => {
    try {
      return await checkPlan(parseJson(decode(bytes)), "f");
    } catch (error) {
      throw error instanceof JsonError ? new InputError(`f: ${error.message}`) : error;
    }
  },
  // A range of a few characters stands for many values.
  expansion: Infinity,
};

const gridParser: FuzzedParser = {
  name: "grid",
  files: () => GRIDS.map(encode),
  nearly: damagedText(GRIDS).map(encode),
  parse: (bytes) => parseGrid(decode(bytes)),
  expansion: Infinity,
};

const folder = temporaryFolder();

/** Opens a folder one of whose files is the input: by its first byte, if that names one. */
const folderParser: FuzzedParser = {
  name: "run folder",
  files: () => Object.values(RUN_FILES).map((text, i) => encode(`${i}${text}`)),
  nearly: fc.tuple(fc.nat(2), fc.json({ maxDepth: 3 })).map(([i, text]) => encode(`${i}${text}`)),
  parse: async (bytes) => {
    await Deno.mkdir(`${folder}/state`, { recursive: true });
    for (const [i, [name, text]] of Object.entries(RUN_FILES).entries()) {
      const content = bytes[0] === 0x30 + i ? bytes.subarray(1) : encode(text);
      await Deno.writeFile(`${folder}/${name}`, content);
    }
    const run = await openRun(folder);
    return [run.status, await run.trace(), await run.rows()];
  },
  expansion: 64,
};

/** Readers of plans and folders. */
export const planParsers: readonly FuzzedParser[] = [planParser, gridParser, folderParser];
