//! The two ways to log in. A `!done` that carries `ret` is a challenge and never a success, whichever way was asked
//! for.

use std::time::Duration;

use data_encoding::HEXLOWER_PERMISSIVE;
use zeroize::Zeroizing;

use crate::error::login_failed;
use crate::{Command, Credentials, Error, LoginMode, Options, Phase, ProtocolError, Reply};

/// Logs in by the commands that `run` runs, or says why not. A password that may be kept in a code page has two ways.
pub(super) async fn log_in<F, Fut>(run: F, credentials: &Credentials, options: &Options) -> Result<(), Error>
where
    F: Fn(Command) -> Fut,
    Fut: Future<Output = Result<Reply, Error>>,
{
    let mut refused = None;
    for (in_code_page, password) in credentials.attempts(options.code_page) {
        match with_password(&run, credentials, &password, options).await {
            Ok(()) => {
                if in_code_page && !credentials.in_code_page() {
                    let code_page = options.code_page.name();
                    tracing::warn!(code_page, "the router keeps the password in a code page, not as UTF-8");
                }
                credentials.found(in_code_page);
                return Ok(());
            }
            Err(Error::WrongCredentials { message }) => {
                refused = Some(match refused {
                    None => message,
                    Some(_) => format!("{message}, as UTF-8 and as {}", options.code_page.name()),
                });
            }
            // A router that ends the connection after the first refusal has said what there is to say.
            Err(_) if refused.is_some() => break,
            Err(error) => return Err(error),
        }
    }
    Err(Error::WrongCredentials { message: refused.unwrap_or_default() })
}

async fn with_password<F, Fut>(
    run: &F,
    credentials: &Credentials,
    password: &[u8],
    options: &Options,
) -> Result<(), Error>
where
    F: Fn(Command) -> Fut,
    Fut: Future<Output = Result<Reply, Error>>,
{
    let limit = options.login_timeout;
    let by_name = || Command::new("/login").attribute("name", &credentials.user);
    let first = match options.login {
        LoginMode::Challenge => Command::new("/login"),
        LoginMode::Auto | LoginMode::Plain => by_name().attribute("password", password),
    };
    let reply = step(run, first, limit).await?;
    let challenge = match (options.login, reply.ret()) {
        (LoginMode::Challenge, None) => return Err(ProtocolError::NoChallenge.into()),
        (LoginMode::Auto | LoginMode::Plain, None) => return Ok(()),
        (LoginMode::Plain, Some(_)) => return Err(ProtocolError::UnexpectedChallenge.into()),
        (LoginMode::Auto | LoginMode::Challenge, Some(challenge)) => challenge,
    };
    let second = by_name().attribute("response", response(password, challenge)?);
    match step(run, second, limit).await?.ret() {
        None => Ok(()),
        Some(_) => Err(ProtocolError::UnexpectedChallenge.into()),
    }
}

async fn step<F, Fut>(run: F, command: Command, limit: Duration) -> Result<Reply, Error>
where
    F: Fn(Command) -> Fut,
    Fut: Future<Output = Result<Reply, Error>>,
{
    run(command.timeout(limit)).await.map_err(|error| match error {
        Error::Trap { traps } => login_failed(traps),
        Error::TimedOut { .. } => Error::TimedOut { phase: Phase::Login, after: limit },
        // Nobody accepts a connection only to close it.
        Error::Closed { detail } => Error::closed(format!(
            "{detail} during login: is this address allowed (/ip/service, address, from 7.24 on \
             available-from) and is there a session left (/ip/service, max-sessions)?"
        )),
        other => other,
    })
}

/// `00` and the MD5 of a zero byte, the password and the challenge, in hexadecimal.
fn response(password: &[u8], challenge: &[u8]) -> Result<String, ProtocolError> {
    let invalid = |_| ProtocolError::InvalidChallenge;
    let challenge = HEXLOWER_PERMISSIVE.decode(challenge).map_err(invalid)?;
    if challenge.is_empty() {
        return Err(ProtocolError::InvalidChallenge);
    }
    let mut hashed = Zeroizing::new(Vec::with_capacity(1 + password.len() + challenge.len()));
    hashed.push(0);
    hashed.extend_from_slice(password);
    hashed.extend_from_slice(&challenge);
    Ok(format!("00{:x}", md5::compute(&*hashed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_a_challenge_is_the_documented_one() {
        let known = [
            ("passTest", "abc123", "0021277bff9ac7caf06aa608e46616d47f"),
            // The manual's own sample is of the empty password.
            ("", "856780b7411eefd3abadee2058c149a3", "005062f7a5ef124d34675bf3e81f56c556"),
        ];
        for (password, challenge, expected) in known {
            assert_eq!(response(password.as_bytes(), challenge.as_bytes()).as_deref(), Ok(expected));
        }
        assert_eq!(response(b"", b"ABC123"), response(b"", b"abc123"));
    }

    #[test]
    fn a_challenge_that_is_not_hexadecimal_is_a_typed_error() {
        for challenge in ["", "a", "abc", "zz", "+1", "12 4", "é1"] {
            assert_eq!(response(b"x", challenge.as_bytes()), Err(ProtocolError::InvalidChallenge), "{challenge}");
        }
    }
}
