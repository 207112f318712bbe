/**
 * Third-party code of sweeps: checks of plans, and tables in Parquet. Import it dynamically.
 *
 * @module
 */
export * as valibot from "npm:valibot@1.5.0";
export { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";
