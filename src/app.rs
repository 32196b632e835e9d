//! State of the terminal program and how events change it; does no I/O.
