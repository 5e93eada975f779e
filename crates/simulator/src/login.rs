//! Who may come in: both logins, the plain one and the one by challenge. Counting and seating is `session`'s.

use crate::Config;
use crate::command::Command;

/// What becomes of a `/login`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not logged in: it is to answer a challenge.
    Challenge,
    /// Logged in.
    Welcome,
    /// Not logged in, with this message.
    Wrong(&'static str),
}

/// Judges a login by what is known of it, or lets nobody in. A challenge serves once.
pub(crate) fn judge(config: &Config, command: &Command, challenge: Option<[u8; 16]>, nobody: bool) -> Verdict {
    let named = command.get("name") == Some(config.user.as_bytes()) && !nobody;
    if !config.challenges() {
        let right = command.get("password") == Some(config.password.as_bytes());
        return if named && right { Verdict::Welcome } else { Verdict::Wrong("invalid user name or password (6)") };
    }
    match (command.get("response"), challenge) {
        (Some(response), Some(challenge)) if named && response == answer(&config.password, challenge).as_bytes() => {
            Verdict::Welcome
        }
        (Some(_), _) => Verdict::Wrong("cannot log in"),
        // An old router does not look at a password.
        (None, _) => Verdict::Challenge,
    }
}

/// `00` and the MD5 of a zero, the password and the challenge.
fn answer(password: &str, challenge: [u8; 16]) -> String {
    let text = [&[0], password.as_bytes(), &challenge].concat();
    format!("00{:x}", md5::compute(text))
}

pub(crate) fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manuals_sample_is_answered_as_in_the_manual() {
        let challenge = 0x8567_80b7_411e_efd3_abad_ee20_58c1_49a3_u128.to_be_bytes();
        assert_eq!(answer("", challenge), "005062f7a5ef124d34675bf3e81f56c556");
        assert_eq!(hex(challenge), "856780b7411eefd3abadee2058c149a3");
    }

    #[test]
    fn a_response_without_its_challenge_is_wrong() {
        let config = Config { login: crate::Login::Challenge, ..Config::default() };
        let response = format!("=response={}", answer("", [0; 16]));
        let command = Command::of(vec![b"/login".to_vec(), b"=name=admin".to_vec(), response.into_bytes()]);
        assert_eq!(judge(&config, &command, None, false), Verdict::Wrong("cannot log in"));
        assert_eq!(judge(&config, &command, Some([1; 16]), false), Verdict::Wrong("cannot log in"));
        assert_eq!(judge(&config, &command, Some([0; 16]), false), Verdict::Welcome);
        assert_eq!(judge(&config, &command, Some([0; 16]), true), Verdict::Wrong("cannot log in"));
    }
}
