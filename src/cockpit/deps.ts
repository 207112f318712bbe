/**
 * Third-party code of this room: signals, which tell views what changed.
 *
 * @module
 */
export {
  batch,
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "npm:@preact/signals-core@1.14.1";
