/**
 * Images of digits in the page: from its own server, where that has them.
 *
 * @module
 */
import { InputError, StaircaseError } from "../../errors.ts";
import type { DigitSets } from "../../tasks/digits/digit_images.ts";
import { readDigitBytes } from "../../tasks/digits/digit_bytes.ts";

/** Name of the file beside the page. */
export const DIGITS_FILE = "digits.bin";

/** The images, once they have been fetched. */
let known: Promise<DigitSets> | null = null;

async function fetchDigits(): Promise<DigitSets> {
  try {
    const response = await fetch(DIGITS_FILE);
    if (!response.ok) throw new StaircaseError(`the server says ${response.status}`);
    return readDigitBytes(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new InputError(
      `task "digits": its images are not beside this page (${reason}): open it by deno task live, or use deno task staircase`,
    );
  }
}

/**
 * Fetches the images, once.
 *
 * @returns The images.
 * @throws {InputError} If the server of the page has none.
 */
export async function fetchedDigits(): Promise<DigitSets> {
  known ??= fetchDigits();
  try {
    return await known;
  } catch (error) {
    known = null;
    throw error;
  }
}
