/**
 * A process that works through made-up batches: `worker.ts SWEEP EXPIRES_AFTER BATCHES STEPS
 * MILLISECONDS [POISONED…]`. Each step appends a line to the batch's file `steps`; the batch is
 * done at the last one. Poisoned batches fail half-way.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BatchCall, workThrough } from "../../../../src/experiments/sweep/claims/work.ts";
import { exists } from "../../../../src/experiments/sweep/claims/claim_files.ts";

const [sweep, ...rest] = Deno.args, [expiresAfter, count, steps, pause] = rest.map(Number);
const poisoned = rest.slice(4);

async function run({ batch, folder, signal, onProgress }: BatchCall): Promise<"done" | "stopped"> {
  const path = join(folder, "steps");
  let made = await exists(path) ? Deno.readTextFileSync(path).trimEnd().split("\n").length : 0;
  console.log(`${batch} from ${made}`);
  for (; made < steps; made++) {
    if (signal.aborted) return "stopped";
    if (poisoned.includes(batch) && made >= steps / 2) throw new Error("poisoned");
    Deno.writeTextFileSync(path, `step ${made} of ${batch}\n`, { append: true });
    onProgress(made + 1, steps);
    await delay(pause);
  }
  return "done";
}

const stopping = new AbortController();
Deno.addSignalListener("SIGTERM", () => stopping.abort(new Error("SIGTERM")));
const resultFolder = (batch: string) => join(sweep, "batches", batch);
const { status, finished } = await workThrough(sweep, {
  batches: Array.from({ length: count }, (_, index) => `batch-${index}`),
  run,
  resultFolder,
  isDone: (batch) => exists(join(resultFolder(batch), "steps")),
  waits: true,
  signal: stopping.signal,
  expiresAfter,
  onNotice: (line) => console.log(`notice: ${line}`),
});
for (const batch of finished) console.log(`finished ${batch}`);
console.log(status);
