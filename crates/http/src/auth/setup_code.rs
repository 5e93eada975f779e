//! The one-time code with which the first administrator is made.

use lalin_store::Error;
use zeroize::Zeroizing;

/// Letters and digits that nobody mistakes for each other. There are 32, so a random byte chooses each equally often.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 12;

/// A random code of 60 bits that can be read aloud, such as `ABCD-EFGH-JKLM`.
pub(super) fn random_setup_code() -> Result<Zeroizing<String>, Error> {
    let mut random = Zeroizing::new([0_u8; LENGTH]);
    getrandom::fill(&mut *random).map_err(|error| Error::System(error.to_string()))?;
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + 2));
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(code)
}

/// Whether somebody typed this code, however they wrote it.
pub(super) fn is_setup_code(code: &str, typed: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    plain(code) == plain(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_code_can_be_read_aloud_and_is_never_the_same() {
        let codes: std::collections::HashSet<_> = (0..100).map(|_| random_setup_code().unwrap().to_string()).collect();
        assert_eq!(codes.len(), 100);
        for code in codes {
            assert_eq!(code.len(), 14, "{code}");
            assert!(code.chars().all(|letter| letter == '-' || letter.is_ascii_alphanumeric()), "{code}");
            assert!(!code.contains(['I', 'O', '0', '1']), "{code}");
        }
    }
}
