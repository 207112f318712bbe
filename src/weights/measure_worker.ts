/**
 * A worker that measures the matrices that it is sent, one after the other.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import type { MatrixPlan } from "./matrix_plan.ts";
import { type MatrixMeasures, measureMatrix, type MeasureOptions } from "./measure.ts";

/** A matrix to measure. */
export interface MeasureRequest {
  readonly plan: MatrixPlan;
  readonly options: MeasureOptions;
}

/** What came of it: measures, or why there are none, and whether that was foreseen. */
export type MeasureReply =
  | { readonly measures: MatrixMeasures }
  | { readonly reason: string; readonly isForeseen: boolean };

/** The part of a worker's scope that is used here. */
interface Scope {
  onmessage: ((event: { readonly data: MeasureRequest }) => void) | null;
  postMessage(reply: MeasureReply): void;
}

const scope = self as unknown as Scope;

scope.onmessage = async ({ data: { plan, options } }) => {
  try {
    scope.postMessage({ measures: await measureMatrix(plan, options) });
  } catch (error) {
    const isForeseen = error instanceof StaircaseError;
    const reason = error instanceof Error ? isForeseen ? error.message : String(error.stack) : String(error);
    scope.postMessage({ reason, isForeseen });
  }
};
