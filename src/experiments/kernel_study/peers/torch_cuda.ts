/**
 * PyTorch on CUDA, which calls cuSOLVER, in float32 and float64.
 *
 * @module
 */
import { pythonPeer } from "./python_peer.ts";

export default await pythonPeer("torch", "cuda");
