//! Turns the traps that ended a command or a login into one of our errors.

use super::Error;
use super::trap::{Trap, summary};

/// The error of a command that ended with traps.
pub(crate) fn command_failed(traps: Vec<Trap>) -> Error {
    if says(&traps, &["not enough permissions"]) {
        return Error::NotPermitted { message: summary(&traps) };
    }
    Error::Trap { traps }
}

/// The error of a login that ended with traps. Not every one is about the password: a RADIUS server may be silent.
pub(crate) fn login_failed(traps: Vec<Trap>) -> Error {
    if says(
        &traps,
        &["cannot log in", "invalid user name or password", "invalid username or password", "login failure"],
    ) {
        return Error::WrongCredentials { message: summary(&traps) };
    }
    command_failed(traps)
}

fn says(traps: &[Trap], words: &[&str]) -> bool {
    traps.iter().any(|trap| {
        let message = trap.message.to_ascii_lowercase();
        words.iter().any(|word| message.contains(word))
    })
}
