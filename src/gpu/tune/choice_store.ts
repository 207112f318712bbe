/**
 * Memory for choices from one run to the next.
 *
 * @module
 */

/**
 * Everything that a choice depends on. Keys keep their order: the JSON text identifies a choice.
 */
export type ChoiceKey = Readonly<Record<string, unknown>>;

/** A choice made by timing. */
export interface RememberedChoice {
  /** Name of the candidate. */
  readonly chosen: string;
  /** Time of each candidate in milliseconds; `null` for one that could not be run. */
  readonly milliseconds: Readonly<Record<string, number | null>>;
}

/**
 * A place that keeps choices. Programs keep them in files, by `choiceFiles` in
 * `src/io/choice_file.ts`. A page could keep them in the browser's storage.
 */
export interface ChoiceStore {
  /**
   * Reads a choice of an earlier run.
   *
   * @param key Everything that the choice depends on.
   * @returns The choice; `null` if there is none. It must not reject: a choice that can not be read
   * is made again.
   */
  recall(key: ChoiceKey): Promise<RememberedChoice | null>;
  /**
   * Keeps a choice for later runs. It must not reject if that fails.
   *
   * @param key Everything that the choice depends on.
   * @param choice The choice.
   */
  remember(key: ChoiceKey, choice: RememberedChoice): Promise<void>;
}
