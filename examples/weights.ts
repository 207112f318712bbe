/**
 * Ranks and spectra of the weight matrices of a model, or of its checkpoints.
 *
 *     deno run -A examples/weights.ts model.safetensors
 */
import { runWeightsProgram } from "../src/weights/weights_program.ts";

await runWeightsProgram();
