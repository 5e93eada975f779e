//! See `lalin_fuzz_harness::mndp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lalin_fuzz_harness::mndp(bytes));
