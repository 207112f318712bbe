/**
 * Trains a run of the live page outside of it, and prints the milliseconds that training took. Its
 * argument is the settings of the run as JSON.
 *
 * @module
 */
import { readSettings } from "../../src/cockpit/live/settings.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { Training } from "../../src/train/training.ts";

using gpu = await Gpu.open();
using training = await Training.create(gpu, await readSettings(JSON.parse(Deno.args[0])));
await training.finish();
console.log(training.milliseconds);
