//! Guessing passwords is slow: after some failures the next attempt waits, longer with each one, for each account and
//! for each address apart.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures cost nothing: people mistype.
const FREE: u32 = 5;
/// The wait after the first failure that costs; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// After so long without a failure everything is forgotten.
const FORGET: Duration = Duration::from_secs(60 * 60);
/// The most accounts and addresses that are counted; beyond them the older half gives way.
const MOST: usize = 10_000;

/// Counts failures. Time is tokio's.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Subject, Failures>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Attempts {
    /// How long this account or this address has to wait before an attempt is looked at; `None` if it need not. One that
    /// may go on is counted as a failure at once, so that many at the same time are no way around; [`Self::succeeded`]
    /// takes it back.
    pub(crate) fn begin(&self, account: &str, address: IpAddr) -> Option<Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all);
        let subjects = subjects(account, address);
        let wait = subjects.iter().filter_map(|subject| all.get(subject)?.wait()).max();
        if wait.is_some() {
            return wait;
        }
        for subject in subjects {
            let before = all.get(&subject).filter(|failures| failures.last.elapsed() < FORGET);
            let count = before.map_or(0, |failures| failures.count).saturating_add(1);
            all.insert(subject, Failures { count, last: Instant::now() });
        }
        None
    }

    /// The attempt was right. The address is forgiven only this one: its other accounts may be somebody's guesses.
    pub(crate) fn succeeded(&self, account: &str, address: IpAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [account, address] = subjects(account, address);
        all.remove(&account);
        if let Some(failures) = all.get_mut(&address) {
            failures.count = failures.count.saturating_sub(1);
        }
    }
}

impl Failures {
    fn wait(self) -> Option<Duration> {
        if self.last.elapsed() >= FORGET {
            return None;
        }
        let doublings = self.count.checked_sub(FREE)?.min(20);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        wait.checked_sub(self.last.elapsed()).filter(|left| !left.is_zero())
    }
}

fn make_room(all: &mut HashMap<Subject, Failures>) {
    if all.len() + 2 <= MOST {
        return;
    }
    let mut moments: Vec<_> = all.values().map(|failures| failures.last).collect();
    let (_, middle, _) = moments.select_nth_unstable(MOST / 2);
    let middle = *middle;
    all.retain(|_, failures| failures.last > middle);
}

fn subjects(account: &str, address: IpAddr) -> [Subject; 2] {
    let account = account.trim().chars().take(64).collect::<String>().to_lowercase();
    [Subject::Account(account), Subject::Address(network(address))]
}

/// A home has a whole IPv6 network of its own: its addresses are one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !0 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn mistyping_costs_nothing_and_guessing_ever_more() {
        let attempts = Attempts::default();
        let home = address("192.0.2.1");
        for _ in 0..FREE {
            assert_eq!(attempts.begin("sari", home), None);
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = attempts.begin("sari", home).unwrap();
            waits.push(wait.as_secs());
            advance(wait).await;
            assert_eq!(attempts.begin("sari", home), None);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_is_guarded_from_many_addresses_and_an_address_over_many_accounts() {
        let attempts = Attempts::default();
        for last in 0..5 {
            assert_eq!(attempts.begin("Sari", address(&format!("192.0.2.{last}"))), None);
        }
        assert!(attempts.begin(" sari", address("198.51.100.9")).is_some());
        let one = Attempts::default();
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(one.begin(name, address("2001:db8::1")), None);
        }
        assert!(one.begin("f", address("2001:db8::ffff:2")).is_some(), "the same network");
        assert_eq!(one.begin("f", address("2001:db8:0:1::1")), None, "another one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_clears_the_account_and_forgives_the_address_one_attempt() {
        let attempts = Attempts::default();
        let home = address("192.0.2.1");
        for round in 0..20 {
            assert_eq!(attempts.begin("sari", home), None, "{round}");
            attempts.succeeded("sari", home);
        }
        for _ in 0..FREE {
            assert_eq!(attempts.begin("budi", home), None);
        }
        assert!(attempts.begin("sari", home).is_some(), "it is the address that guesses");
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_forgotten_in_the_end_and_bounded_until_then() {
        let attempts = Attempts::default();
        for number in 0..30_000_u32 {
            attempts.begin(&number.to_string(), IpAddr::from(number.to_be_bytes()));
            advance(Duration::from_millis(1)).await;
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST);
        let home = address("192.0.2.1");
        for _ in 0..FREE {
            attempts.begin("sari", home);
        }
        advance(FORGET).await;
        assert_eq!(attempts.begin("sari", home), None);
    }
}
