import koffi from "koffi";

/** Of the stack that the runtime and its provider run on, which may compile kernels: as large as a main thread's. */
const STACK_BYTES = 8 * 2 ** 20;

// Refused once a library is loaded, so that all who load one have it from here.
koffi.config({ sync_stack_size: STACK_BYTES });

/** Native libraries and their functions. */
export default koffi;
