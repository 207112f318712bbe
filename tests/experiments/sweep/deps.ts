/** Third-party code of these tests: a reader of Parquet. @module */
export { parquetMetadata, parquetReadObjects } from "npm:hyparquet@1.31.5";
