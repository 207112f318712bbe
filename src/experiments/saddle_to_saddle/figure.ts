/** x. @module */
import type { SaddleNetwork } from "./networks.ts";
import type { SaddlePlan } from "./plan.ts";
/** x */
export function saddleFigure(_plan: SaddlePlan, _rows: readonly SaddleNetwork[]): string {
  return "<svg/>";
}
