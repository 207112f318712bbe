/** A page that uses the doors, and leaves what came out as `outcome`. @module */
import { useDoors } from "./doors_work.ts";

Object.assign(globalThis, { outcome: await useDoors() });
