/**
 * Maps the rank after training by initial scale, learning rate and width, and where training diverges.
 *
 *     deno run -A examples/phase_diagram.ts --widths 16 --init-scales 0.1:10:32 --learning-rates 0.01:1:32
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { phaseDiagram } from "../src/experiments/phase_diagram/mod.ts";

await runExperimentProgram(phaseDiagram);
