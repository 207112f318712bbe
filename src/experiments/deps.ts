/**
 * Third-party code of this room: singular values in double precision, to judge by. Import it dynamically, where it is
 * used: most runs need none of it.
 *
 * @module
 */
export { Matrix, SingularValueDecomposition } from "npm:ml-matrix@6.15.1";
