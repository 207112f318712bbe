/**
 * A run that is gone on with.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { camelCase, readRun } from "../io/mod.ts";
import type { LayerRecord } from "./layer_record.ts";
import type { FollowSettings } from "./settings.ts";

/** The part of `run.json` by which a run goes on. */
interface FoundRecord {
  readonly experiment?: string;
  readonly configuration?: FollowSettings;
  readonly layers?: readonly LayerRecord[];
  readonly session?: string | null;
}

/** Everything of the settings that changes what the numbers are. */
function kindOf({ source: _, ...others }: FollowSettings): string {
  return JSON.stringify(camelCase(others), Object.keys(others).sort());
}

/**
 * Reads the record of a run that is gone on with.
 *
 * @param path Folder of the run.
 * @param wanted What is asked for.
 * @returns Its layers, and what tells the training's process apart.
 * @throws {InputError} If it is another run, or one with other settings.
 */
export async function readFound(
  path: string,
  { experiment, settings }: { readonly experiment: string; readonly settings: FollowSettings },
): Promise<{ readonly layers: readonly LayerRecord[]; readonly session: string | null }> {
  const found = await readRun<FoundRecord>(path);
  if (found.experiment !== experiment || !found.configuration || !Array.isArray(found.layers)) {
    throw new InputError(
      `${shown(path)}: holds a run of ${shown(String(found.experiment))}; name another folder with --out`,
    );
  }
  if (kindOf(found.configuration) !== kindOf(settings)) {
    throw new InputError(
      `${shown(path)}: was followed with other options; give those again, --overwrite or another --out`,
    );
  }
  return { layers: found.layers, session: found.session ?? null };
}
