/**
 * Checks errors of requests.
 *
 * @module
 */

import { InputError } from "../../src/errors.ts";
import { assert } from "../deps.ts";

/**
 * What `assert.throws` and `assert.rejects` check: an InputError, of one line, with a message that
 * matches.
 */
export function inputError(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert(error instanceof InputError, `not an InputError: ${error}`);
    assert.match(error.message, message);
    assert(!error.message.includes("\n"), "more than one line");
    assert.equal(error.exitStatus, 2);
    return true;
  };
}
