//! The browser's tests, several at once, since most of such a test is waiting for real time to pass.

use std::process::Command;

use crate::summary::{Count, Outcome, run as shown};

/// So many tests are run at once.
const AT_ONCE: &str = "6";
/// So many may fail beside others and pass alone, which a busy machine can cause; one more is a fault of the product or
/// of the tests.
const BUSY: usize = 1;

/// Runs them. What fails is run once more, alone, and named either way.
pub(super) fn run(count: &mut Count, command: impl Fn() -> Command) -> Outcome {
    let before = count.failed_now();
    let first = shown(command().env("RUST_TEST_THREADS", AT_ONCE), count);
    if first == Outcome::Passed || before > 0 || count.failed_now() == 0 {
        return first;
    }
    let names = count.take_failed();
    println!("\nonce more, alone: {}", names.join(", "));
    let again = shown(command().env("RUST_TEST_THREADS", "1").args(["--", "--exact"]).args(&names), count);
    if again != Outcome::Passed {
        return again;
    }
    println!("{} failed beside others and passed alone: {}", names.len(), names.join(", "));
    judged(&names)
}

fn judged(names: &[String]) -> Outcome {
    if names.len() <= BUSY {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("{} tests need luck, more than {BUSY}: {}", names.len(), names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_one_test_that_needs_luck_is_a_fault() {
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(judged(&names[..1]), Outcome::Passed);
        assert!(matches!(judged(&names), Outcome::Failed(why) if why.contains("a, b")));
    }
}
