//! Lalin: the realtime monitor of interface traffic for MikroTik routers.

fn main() {}
