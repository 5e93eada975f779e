//! Decides about a login, by name and password or by challenge. Counting it and taking a slot is up to `session`.

use crate::command::Command;
use crate::{Config, User};

/// The decision about a `/login`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not logged in: the client is to answer a challenge.
    Challenge,
    /// Logged in as this user.
    Accepted(String),
    /// Not logged in, with this message.
    Rejected(&'static str),
}

/// Decides about a login; `nobody` rejects every one. A challenge counts once.
pub(crate) fn judge(config: &Config, command: &Command, challenge: Option<[u8; 16]>, nobody: bool) -> Verdict {
    let named = |user: &&User| command.get("name") == Some(user.name.as_bytes()) && !nobody;
    let user = config.users.iter().find(named);
    if !config.challenges() {
        let right = |user: &&User| command.get("password") == Some(user.stored_password());
        return match user.filter(right) {
            Some(user) => Verdict::Accepted(user.name.clone()),
            None => Verdict::Rejected("invalid user name or password (6)"),
        };
    }
    // An old router does not look at a password.
    let Some(response) = command.get("response") else { return Verdict::Challenge };
    match (user, challenge) {
        (Some(user), Some(challenge)) if response == answer(user.stored_password(), challenge).as_bytes() => {
            Verdict::Accepted(user.name.clone())
        }
        _ => Verdict::Rejected("cannot log in"),
    }
}

/// `00` and the MD5 of a zero, the password and the challenge.
fn answer(password: &[u8], challenge: [u8; 16]) -> String {
    let text = [&[0], password, &challenge].concat();
    format!("00{:x}", md5::compute(text))
}

pub(crate) fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Login;

    #[test]
    fn the_sample_of_the_manual_is_answered_as_in_the_manual() {
        let challenge = 0x8567_80b7_411e_efd3_abad_ee20_58c1_49a3_u128.to_be_bytes();
        assert_eq!(answer(b"", challenge), "005062f7a5ef124d34675bf3e81f56c556");
        assert_eq!(hex(challenge), "856780b7411eefd3abadee2058c149a3");
    }

    #[test]
    fn a_response_without_its_challenge_is_wrong() {
        let config = Config::default().login(Login::Challenge);
        let response = format!("=response={}", answer(b"", [0; 16]));
        let command = Command::of(vec![b"/login".to_vec(), b"=name=admin".to_vec(), response.into_bytes()]);
        assert_eq!(judge(&config, &command, None, false), Verdict::Rejected("cannot log in"));
        assert_eq!(judge(&config, &command, Some([1; 16]), false), Verdict::Rejected("cannot log in"));
        assert_eq!(judge(&config, &command, Some([0; 16]), false), Verdict::Accepted("admin".to_owned()));
        assert_eq!(judge(&config, &command, Some([0; 16]), true), Verdict::Rejected("cannot log in"));
    }
}
