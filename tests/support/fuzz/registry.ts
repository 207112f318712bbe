/**
 * The parsers that are fuzzed. A new parser is one more entry.
 *
 * @module
 */
import type { FuzzedParser } from "./parser.ts";
import { arrayParsers } from "./parsers/arrays.ts";
import { digitParsers } from "./parsers/digits.ts";
import { followedParsers } from "./parsers/followed.ts";
import { planParsers } from "./parsers/plans.ts";
import { recordParsers } from "./parsers/records.ts";
import { requestParsers } from "./parsers/requests.ts";
import { runParsers } from "./parsers/runs.ts";

/** All parsers. */
export const fuzzedParsers: readonly FuzzedParser[] = [
  ...arrayParsers,
  ...digitParsers,
  ...followedParsers,
  ...recordParsers,
  ...requestParsers,
  ...runParsers,
  ...planParsers,
];
