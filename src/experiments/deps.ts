/**
 * Third-party code of this room: singular values in double precision, as a reference. Import it
 * dynamically: most runs do not need it.
 *
 * @module
 */
export { Matrix, SingularValueDecomposition } from "npm:ml-matrix@6.15.1";
