/**
 * Holds the loss of a network against the floor that its ε-rank implies, while it trains.
 *
 *     deno run -A examples/loss_floor.ts --task cosines --replicas 5
 */
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { lossFloorStudy } from "../src/experiments/loss_floor/mod.ts";

await runExperimentProgram(lossFloorStudy);
