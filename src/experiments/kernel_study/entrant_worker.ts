/**
 * The process in which the method of a module runs, on a device of its own, so that one that never
 * returns, breaks its device or ends its process leaves the study as it is. It takes requests from
 * stdin and answers on stdout; what the module prints goes to stderr.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { ShapeError } from "../../errors.ts";
import { loadImplementation } from "../../cli/implementation.ts";
import { implementationNames } from "../../cli/program_flags.ts";
import { printable, shown } from "../../format.ts";
import { adapterPreferences } from "../../gpu/adapter.ts";
import { Gpu } from "../../gpu/device.ts";
import { measure, type Measurement } from "../../gpu/measure/meter.ts";
import type { MethodPrecision } from "../../rank/methods/rank_methods.ts";
import { checkedCount, checkedSolve, type EnteredMethod, enteredMethod } from "./entered_method.ts";
import type { EntrantDescription, EntrantReply, EntrantRequest, StudyDevice } from "./entrant_process.ts";
import { Frames } from "./frames.ts";
import { type Answer, counting, type Problem, spectra } from "./methods.ts";

const frames = new Frames(Deno.stdin.readable, Deno.stdout.writable);
for (const name of ["log", "info", "debug"] as const) console[name] = console.error;

// A call that waits for nothing would end the process. It is the study that ends it, in time.
setInterval(() => {}, 2 ** 30);

let method: EnteredMethod | null = null;
let gpu: Gpu | null = null;

for (;;) {
  const request = await frames.receive() as EntrantRequest | undefined;
  if (request === undefined) break;
  await frames.send(await answer(request));
}
// A module may have left timers and processes behind.
Deno.exit(0);

/** Does what is asked. */
async function answer(request: EntrantRequest): Promise<EntrantReply> {
  try {
    switch (request.kind) {
      case "load":
        return { value: await load(request.module) };
      case "flops":
        return { value: method!.flops?.(request.work) ?? null };
      case "solve":
        gpu ??= await openLike(request.device);
        return { value: await solve(gpu, request.problem, request.precision) };
    }
  } catch (error) {
    return {
      error: error instanceof Error ? error.message : String(error),
      isShape: error instanceof ShapeError,
    };
  }
}

/** Imports a module, and describes its method. */
async function load(module: string): Promise<EntrantDescription> {
  let exported: unknown;
  try {
    exported = await import(/^[a-z]+:\/\//.test(module) ? module : pathToFileURL(module).href);
  } catch (error) {
    const reason = printable(error instanceof Error ? error.message.split("\n")[0] : String(error));
    throw new Error(`does not load: ${reason}`);
  }
  method = enteredMethod(exported);
  const { help, mostColumns, certified = true } = method;
  return { help, precisions: Object.keys(mostColumns) as MethodPrecision[], certified };
}

/** Runs the method, and measures it. */
async function solve(
  gpu: Gpu,
  problem: Problem,
  precision: MethodPrecision,
): Promise<Measurement<Answer[]>> {
  const { certified = true, ownMilliseconds } = method!;
  const run = method!.yields === "count"
    ? counting(checkedCount(method!), precision)
    : spectra(checkedSolve(method!), precision);
  const measured = await measure(gpu, () => run(gpu, problem));
  const result = certified ? measured.result : measured.result.map((each) => ({
    ...each,
    errors: null,
    ranks: each.ranks.map(({ rank }) => ({ rank, low: null, high: null })),
  }));
  return { ...measured, result, milliseconds: ownMilliseconds?.() ?? measured.milliseconds };
}

/** Opens the adapter that the study is on. */
async function openLike({ adapterName, implementation }: StudyDevice): Promise<Gpu> {
  const name = implementationNames.find((each) => each === implementation);
  const options = name === undefined ? {} : { implementation: await loadImplementation(name) };
  for (const adapter of adapterPreferences) {
    const opened = await Gpu.open({ ...options, adapter }).catch(() => null);
    if (opened?.adapterName === adapterName) return opened;
    opened?.[Symbol.dispose]();
  }
  throw new Error(`finds no adapter ${shown(adapterName)} for a device of its own`);
}
