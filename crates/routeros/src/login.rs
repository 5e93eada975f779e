//! Both logins: a `!done` with `ret` is a challenge, not a success.

use zeroize::Zeroizing;

use crate::error::ProtocolError;
use crate::{Client, Command, Credentials, Error, LoginMode, Options};

/// Logs in, or says why not.
pub(crate) async fn log_in(client: &Client, credentials: &Credentials, options: &Options) -> Result<(), Error> {
    // The caller limits the whole login; a command of it alone never runs out of time first.
    let limit = options.login_timeout.saturating_mul(2);
    let login = || Command::new("/login").timeout(limit);
    let first = match options.login {
        LoginMode::Challenge => login(),
        LoginMode::Auto | LoginMode::Plain => {
            login().attribute("name", &credentials.user).attribute("password", credentials.password.as_bytes())
        }
    };
    let reply = client.run(first).await.map_err(wrong)?;
    let Some(challenge) = reply.ret() else { return Ok(()) };
    if options.login == LoginMode::Plain {
        let message = "the router wants a login by challenge".to_owned();
        return Err(Error::WrongCredentials { message });
    }
    let response = response(&credentials.password, challenge)?;
    let second = login().attribute("name", &credentials.user).attribute("response", response);
    let reply = client.run(second).await.map_err(wrong)?;
    match reply.ret() {
        None => Ok(()),
        Some(_) => Err(Error::WrongCredentials { message: "the router asked for another challenge".into() }),
    }
}

/// A trap at login is about the login.
fn wrong(error: Error) -> Error {
    match error {
        Error::Trap { traps } => {
            let message = traps.into_iter().next().map(|trap| trap.message).unwrap_or_default();
            Error::WrongCredentials { message }
        }
        other => other,
    }
}

/// `00` and the MD5 of a zero byte, the password and the challenge, in hexadecimal.
fn response(password: &str, challenge: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(challenge).map_err(|_| ProtocolError::Challenge)?;
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return Err(ProtocolError::Challenge.into());
    }
    let mut hashed = Zeroizing::new(vec![0]);
    hashed.extend_from_slice(password.as_bytes());
    for at in (0..text.len()).step_by(2) {
        let byte = text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        hashed.push(byte.ok_or(ProtocolError::Challenge)?);
    }
    Ok(format!("00{:x}", md5::compute(&*hashed)))
}
