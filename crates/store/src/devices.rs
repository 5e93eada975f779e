//! Devices that somebody logged in from before: a mark in a cookie that only this server can make. Nothing is stored.
//!
//! A mark gives no access. It shows that its bearer has logged in to this account before, so that strangers who guess the
//! password do not lock the owner out.

use data_encoding::BASE64URL_NOPAD as BASE64;

use crate::{EncryptionKey, Error, SecretToken, Store, UserId};

const PLACE: &str = "device";
const CHANCE: usize = 16;

/// A device's random number; one device may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId([u8; CHANCE]);

impl DeviceId {
    /// The device that holds this session's secret token.
    pub fn of_session(secret: &SecretToken) -> Self {
        let mut id = [0; CHANCE];
        id.copy_from_slice(&secret.hash()[..CHANCE]);
        Self(id)
    }
}

impl Store {
    /// A mark for a device from which this user logged in.
    ///
    /// # Errors
    /// [`Error::System`] when the system has no random numbers.
    pub fn mark_device(&self, user: UserId) -> Result<String, Error> {
        let mut chance = [0; CHANCE];
        getrandom::fill(&mut chance).map_err(|error| Error::System(error.to_string()))?;
        Ok(BASE64.encode(&self.key().seal(PLACE, &[&user.0.to_be_bytes()[..], &chance].concat())?))
    }

    /// The device that a mark stands for, if the mark is this user's.
    pub fn device(&self, mark: &str, user: UserId) -> Option<DeviceId> {
        device(self.key(), mark, user)
    }
}

fn device(key: &EncryptionKey, mark: &str, user: UserId) -> Option<DeviceId> {
    // Nothing longer was ever handed out.
    let sealed = BASE64.decode(mark.as_bytes().get(..mark.len().min(256))?).ok()?;
    let opened = key.open(PLACE, &sealed).ok()?;
    let (of, chance) = opened.split_first_chunk::<8>()?;
    (i64::from_be_bytes(*of) == user.0).then_some(DeviceId(chance.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_mark_is_of_one_user_and_of_one_server() {
        let key = EncryptionKey::random().unwrap();
        let (store, other) =
            (Store::in_memory(key).unwrap(), Store::in_memory(EncryptionKey::random().unwrap()).unwrap());
        let mark = store.mark_device(UserId(7)).unwrap();
        assert_eq!(store.device(&mark, UserId(7)), store.device(&mark, UserId(7)));
        assert!(store.device(&mark, UserId(7)).is_some());
        assert!(store.device(&mark, UserId(8)).is_none());
        assert!(other.device(&mark, UserId(7)).is_none());
        let long = "A".repeat(100_000);
        for wrong in ["", "x", &mark[1..], &mark.to_lowercase(), &long] {
            assert!(store.device(wrong, UserId(7)).is_none(), "{wrong}");
        }
    }
}
