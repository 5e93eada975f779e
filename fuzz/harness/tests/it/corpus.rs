//! Every kept input again: seeds, what the fuzzer found, and what once broke something.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lalin_fuzz_harness::{TARGETS, inputs};

fn replay(target: &str) {
    let (_, run) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let inputs = inputs(target).unwrap();
    assert!(inputs.len() >= 5, "{} inputs", inputs.len());
    let broken: Vec<&str> = inputs
        .iter()
        .filter(|input| catch_unwind(AssertUnwindSafe(|| run(&input.bytes))).is_err())
        .map(|input| input.name.as_str())
        .collect();
    assert_eq!(broken, [""; 0], "of {}", inputs.len());
}

#[test]
fn every_input_of_the_codec_keeps_its_promises() {
    replay("codec");
}

#[test]
fn every_input_of_values_keeps_its_promises() {
    replay("values");
}

#[test]
fn every_input_of_typed_rows_keeps_its_promises() {
    replay("typed");
}

#[test]
fn every_input_of_the_login_keeps_its_promises() {
    replay("login");
}

#[test]
fn every_input_of_the_client_keeps_its_promises() {
    replay("client");
}

#[test]
fn the_corpus_stays_small() {
    let all: Vec<_> = TARGETS.iter().flat_map(|(name, _)| inputs(name).unwrap()).collect();
    let bytes: usize = all.iter().map(|input| input.bytes.len()).sum();
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn every_datagram_keeps_its_promises() {
    replay("mndp");
}
