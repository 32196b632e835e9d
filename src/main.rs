//! The binary: a lab when started as one, the tutor otherwise.

fn main() {}
