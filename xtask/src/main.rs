//! What a contributor would otherwise script.

fn main() {}
