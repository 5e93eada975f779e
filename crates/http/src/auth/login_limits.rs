//! Slows down guessing passwords: after some failures the next attempt has to wait, longer with each further one.
//!
//! An address waits for its own failures, whatever it guesses at. Strangers to an account also wait for each other's
//! failures, but not for long. Whoever uses a device or an address that has logged in to the account before does not wait
//! with them, or anyone could lock anyone out. A new password, known by its stamp, ends the strangers' wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lalin_store::{DeviceId, PasswordStamp};
use tokio::time::Instant;

/// How many failures cost nothing, because people mistype.
const FREE: u32 = 5;
/// The wait after the first failure that costs something. It doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait of an address or of a known device.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// The longest wait of strangers to an account. It is short, because the owner with a new device waits with them.
const LONGEST_STRANGERS_WAIT: Duration = Duration::from_secs(30);
/// After this time without a failure, failures are forgotten.
const FORGET: Duration = Duration::from_secs(60 * 60);
/// After this time without a login an address is a stranger again.
const KNOWN: Duration = Duration::from_secs(30 * 86_400);
/// The most entries of each table. Beyond that the older half is dropped.
const MOST: usize = 10_000;

/// Counts failed logins.
#[derive(Debug, Default)]
pub(crate) struct LoginLimits(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    addresses: HashMap<IpAddr, Failures>,
    devices: HashMap<DeviceId, Failures>,
    /// Failures of strangers, with the stamp of the password they guessed at.
    accounts: HashMap<String, (Failures, Option<PasswordStamp>)>,
    /// From which addresses someone has logged in to an account, and when.
    known: HashMap<(String, IpAddr), Instant>,
}

/// Someone tries to log in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoginAttempt<'a> {
    /// The name of the account; `None` for the setup code, which belongs to none.
    pub(crate) account: Option<&'a str>,
    /// The stamp of that account's password. Strangers' failures with another stamp no longer count.
    pub(crate) stamp: Option<PasswordStamp>,
    pub(crate) address: IpAddr,
    /// A device that has logged in to that account before.
    pub(crate) device: Option<DeviceId>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl LoginLimits {
    /// How long to wait before this attempt is checked; `None`: not at all. An attempt that may go on counts as a failure at
    /// once, so that many at the same time are no way around the limit. [`Self::succeeded`] takes that back.
    pub(crate) fn begin(&self, attempt: LoginAttempt<'_>) -> Option<Duration> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Tables { addresses, devices, accounts, known } = &mut *tables;
        let address = network(attempt.address);
        if let Some(wait) = addresses.get(&address).and_then(|failures| failures.wait(LONGEST_WAIT)) {
            return Some(wait);
        }
        if let Some(device) = attempt.device {
            if let Some(wait) = devices.get(&device).and_then(|failures| failures.wait(LONGEST_WAIT)) {
                return Some(wait);
            }
            count(devices, device);
        } else if let Some(account) = attempt.account.map(folded)
            && !is_known(known, &account, address)
        {
            let about = accounts.get(&account).filter(|(_, stamp)| *stamp == attempt.stamp);
            if let Some(wait) = about.and_then(|(failures, _)| failures.wait(LONGEST_STRANGERS_WAIT)) {
                return Some(wait);
            }
            // Only the free failures of each address count here, so that one address alone cannot keep anyone waiting.
            if addresses.get(&address).is_none_or(|failures| failures.now() < FREE) {
                let before = about.map_or(0, |(failures, _)| failures.now());
                make_room(accounts, |(failures, _)| failures.last);
                let failures = Failures { count: before.saturating_add(1), last: Instant::now() };
                accounts.insert(account, (failures, attempt.stamp));
            }
        }
        count(addresses, address);
        None
    }

    /// The attempt was right. The address is forgiven only this one, because its failures at other accounts may be guesses.
    pub(crate) fn succeeded(&self, attempt: LoginAttempt<'_>) {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Tables { addresses, devices, accounts, known } = &mut *tables;
        let address = network(attempt.address);
        if let Some(failures) = addresses.get_mut(&address) {
            failures.count = failures.count.saturating_sub(1);
        }
        if let Some(device) = attempt.device {
            devices.remove(&device);
        }
        if let Some(account) = attempt.account.map(folded) {
            accounts.remove(&account);
            make_room(known, |last| *last);
            known.insert((account, address), Instant::now());
        }
    }
}

impl Failures {
    /// How many there are, unless they are forgotten.
    fn now(self) -> u32 {
        if self.last.elapsed() >= FORGET { 0 } else { self.count }
    }

    fn wait(self, longest: Duration) -> Option<Duration> {
        let doublings = self.now().checked_sub(FREE)?.min(20);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(longest);
        wait.checked_sub(self.last.elapsed()).filter(|left| !left.is_zero())
    }
}

/// Counts one more failure for `key`.
fn count<K: Eq + Hash>(table: &mut HashMap<K, Failures>, key: K) {
    make_room(table, |failures| failures.last);
    let before = table.get(&key).map_or(0, |failures| failures.now());
    table.insert(key, Failures { count: before.saturating_add(1), last: Instant::now() });
}

fn make_room<K: Eq + Hash, V>(table: &mut HashMap<K, V>, last: impl Fn(&V) -> Instant) {
    if table.len() < MOST {
        return;
    }
    let mut times: Vec<_> = table.values().map(&last).collect();
    let (_, middle, _) = times.select_nth_unstable(MOST / 2);
    let middle = *middle;
    table.retain(|_, value| last(value) > middle);
}

fn is_known(known: &HashMap<(String, IpAddr), Instant>, account: &str, address: IpAddr) -> bool {
    known.get(&(account.to_owned(), address)).is_some_and(|login| login.elapsed() < KNOWN)
}

/// Names are the same whatever their case and the blanks around them.
fn folded(account: &str) -> String {
    account.trim().chars().take(64).collect::<String>().to_lowercase()
}

/// A household has a whole IPv6 network, whose addresses count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !0 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use lalin_store::{SecretToken, UserId};
    use tokio::time::advance;

    use super::*;

    const HOME: &str = "192.0.2.1";

    fn of<'a>(account: &'a str, address: &str) -> LoginAttempt<'a> {
        LoginAttempt { account: Some(account), stamp: None, address: address.parse().unwrap(), device: None }
    }

    /// Strangers from many addresses, until they have to wait the longest.
    async fn strangers(limits: &LoginLimits, account: &str) {
        for number in 0..40_u8 {
            let stranger = format!("203.0.113.{number}");
            if let Some(wait) = limits.begin(of(account, &stranger)) {
                advance(wait).await;
                assert_eq!(limits.begin(of(account, &stranger)), None);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn mistyping_costs_nothing_and_guessing_ever_more() {
        let limits = LoginLimits::default();
        for _ in 0..FREE {
            assert_eq!(limits.begin(of("sari", HOME)), None);
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = limits.begin(of("sari", HOME)).unwrap();
            waits.push(wait.as_secs());
            advance(wait).await;
            assert_eq!(limits.begin(of("sari", HOME)), None);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(limits.begin(of("sari", "198.51.100.9")), None, "one address locks no account");
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_is_guarded_from_many_addresses_and_an_address_over_many_accounts() {
        let limits = LoginLimits::default();
        for last in 0..5 {
            assert_eq!(limits.begin(of("Sari", &format!("192.0.2.{last}"))), None);
        }
        assert!(limits.begin(of(" sari", "198.51.100.9")).is_some());
        let one = LoginLimits::default();
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(one.begin(of(name, "2001:db8::1")), None);
        }
        assert!(one.begin(of("f", "2001:db8::ffff:2")).is_some(), "the same network");
        assert_eq!(one.begin(of("f", "2001:db8:0:1::1")), None, "another one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_clears_the_account_and_forgives_the_address_one_attempt() {
        let limits = LoginLimits::default();
        for round in 0..20 {
            assert_eq!(limits.begin(of("sari", HOME)), None, "{round}");
            limits.succeeded(of("sari", HOME));
        }
        for _ in 0..FREE {
            assert_eq!(limits.begin(of("budi", HOME)), None);
        }
        assert!(limits.begin(of("sari", HOME)).is_some(), "it is the address that guesses");
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_hold_up_neither_a_known_address_nor_a_known_device_and_a_new_one_not_for_long() {
        let limits = LoginLimits::default();
        limits.begin(of("sari", HOME));
        limits.succeeded(of("sari", HOME));
        strangers(&limits, "sari").await;
        let wait = limits.begin(of("sari", "198.51.100.9")).unwrap();
        assert!(wait <= LONGEST_STRANGERS_WAIT, "{wait:?}");
        assert_eq!(limits.begin(of("Sari", HOME)), None);
        let device = Some(DeviceId::of_session(&SecretToken::presented("x")));
        let travelling = LoginAttempt { device, ..of("sari", "198.51.100.9") };
        for _ in 0..FREE {
            assert_eq!(limits.begin(travelling), None);
        }
        assert!(limits.begin(LoginAttempt { device, ..of("sari", "198.51.100.10") }).is_some(), "it guesses itself");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_password_ends_the_strangers_wait() {
        let store = lalin_store::Store::in_memory(lalin_store::EncryptionKey::random().unwrap()).unwrap();
        let secret = || zeroize::Zeroizing::new("kata sandi".to_owned());
        let access = lalin_store::Access::administrator();
        let user: UserId = store.add_user("sari", secret(), access, lalin_store::Timestamp(0)).await.unwrap().id;
        let limits = LoginLimits::default();
        let (_, before) = store.account("sari").await.unwrap().unwrap();
        for number in 0..5_u8 {
            limits.begin(LoginAttempt { stamp: Some(before), ..of("sari", &format!("203.0.113.{number}")) });
        }
        assert!(limits.begin(LoginAttempt { stamp: Some(before), ..of("sari", HOME) }).is_some());
        store.set_password(user, secret()).await.unwrap();
        let (_, after) = store.account("sari").await.unwrap().unwrap();
        assert_eq!(limits.begin(LoginAttempt { stamp: Some(after), ..of("sari", HOME) }), None);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_forgotten_in_the_end_and_bounded_until_then() {
        let limits = LoginLimits::default();
        for number in 0..30_000_u32 {
            let (name, address) = (number.to_string(), IpAddr::from(number.to_be_bytes()));
            let device = Some(DeviceId::of_session(&SecretToken::presented(&name))).filter(|_| number % 3 == 0);
            let attempt = LoginAttempt { account: Some(&name), stamp: None, address, device };
            limits.begin(attempt);
            if number % 2 == 0 {
                limits.succeeded(attempt);
            }
            advance(Duration::from_millis(1)).await;
        }
        let sizes = {
            let tables = limits.0.lock().unwrap();
            [tables.addresses.len(), tables.devices.len(), tables.accounts.len(), tables.known.len()]
        };
        assert!(sizes.iter().all(|size| *size <= MOST), "{sizes:?}");
        for _ in 0..FREE {
            limits.begin(of("sari", HOME));
        }
        advance(FORGET).await;
        assert_eq!(limits.begin(of("sari", HOME)), None);
    }
}
