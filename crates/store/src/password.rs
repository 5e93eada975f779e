//! The users' passwords: hashed with Argon2id, and never kept in another form.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::Error;

/// The fewest characters of a password.
const SHORTEST: usize = 8;
/// The most bytes of a password: hashing must not become a way to keep the server busy.
const LONGEST: usize = 1_024;
/// The memory of a hash in KiB, and its number of passes: OWASP's recommendation of 2023 for Argon2id.
const MEMORY: u32 = 19 * 1_024;
const PASSES: u32 = 2;

/// How many hashes are computed at once: each takes 19 MiB, and a processor for some hundredths of a second.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Hashes a password, as text that includes the parameters. Must not run inside a transaction.
pub(crate) async fn hash(password: Zeroizing<String>) -> Result<String, Error> {
    in_turn(move || hash_now(&password)).await
}

/// Whether a password matches. Without a hash it takes as long and does not match, so that timing tells nothing about which
/// names exist.
pub(crate) async fn fits(password: Zeroizing<String>, hash: Option<String>) -> Result<bool, Error> {
    in_turn(move || fits_now(&password, hash.as_deref())).await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    // Never closed, so this cannot fail.
    let _turn = TURNS.acquire().await;
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::System(error.to_string())))
}

fn hash_now(password: &str) -> Result<String, Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::Invalid { field: "password", reason: "at least 8 characters" });
    }
    if password.len() > LONGEST {
        return Err(Error::Invalid { field: "password", reason: "at most 1,024 bytes" });
    }
    let hash: PasswordHash =
        hasher()?.hash_password(password.as_bytes()).map_err(|error| Error::System(error.to_string()))?;
    Ok(hash.to_string())
}

fn fits_now(password: &str, hash: Option<&str>) -> Result<bool, Error> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let Some(hash) = hash else {
        let mut nothing = [0; 32];
        let spent = hasher()?.hash_password_into(password.as_bytes(), b"nobody's salt", &mut nothing);
        return spent.map(|()| false).map_err(|error| Error::System(error.to_string()));
    };
    Ok(hasher()?.verify_password(password.as_bytes(), hash).is_ok())
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(|error| Error::System(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_password_fits_and_another_does_not() {
        let hash = hash_now("kata sandi").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(fits_now("kata sandi", Some(&hash)).unwrap());
        assert!(!fits_now("kata sandl", Some(&hash)).unwrap());
        assert!(!fits_now("kata sandi", None).unwrap());
        assert!(!fits_now("kata sandi", Some("no hash")).unwrap());
    }

    #[test]
    fn the_same_password_is_never_hashed_alike() {
        assert_ne!(hash_now("kata sandi").unwrap(), hash_now("kata sandi").unwrap());
    }

    #[test]
    fn a_password_too_short_or_too_long_is_refused() {
        for password in ["", "1234567", &"x".repeat(1_025)] {
            assert!(matches!(hash_now(password), Err(Error::Invalid { field: "password", .. })));
        }
        assert!(!fits_now(&"x".repeat(1_025), None).unwrap());
    }
}
