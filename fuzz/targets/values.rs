//! See `lalin_fuzz_harness::values`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lalin_fuzz_harness::values(bytes));
