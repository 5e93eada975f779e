//! How many connections there may be: in all, and from one address; and who has to go when there is no room.
//!
//! Actix can only stop accepting when a worker has too many connections. Then nobody gets in, the machine's own health
//! check included, and whoever holds the others decides for how long. Here every connection is accepted and counted
//! before a byte of it is read; where there is no room, one that only waits for its client (for a handshake, a head, a
//! body, the next request) makes room for the new one: the oldest of the address that has the most. A connection that is
//! being answered, an open stream above all, is never ended for another.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::connection::{ActiveHandshake, Connection};
use super::connection_table::{Source, State, is_this_machine};

/// The largest head of a request, bytes. Actix itself would buffer 128 KiB of one, and twice that while it grows.
pub(crate) const LARGEST_HEAD: usize = 16 << 10;

/// The bounds of what connections may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// How many may be open at once.
    pub connections: usize,
    /// How many of them from one address, or one /64 of IPv6; not for this machine and the trusted proxies.
    pub connections_per_address: usize,
    /// How many of them are only for this machine itself.
    pub kept_free: usize,
    /// How many may be in a TLS handshake at once.
    pub handshakes: usize,
    /// How long a handshake, a request's head, and a request's body may take, each.
    pub receive_timeout: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub stalled: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 2_000,
            connections_per_address: 200,
            kept_free: 32,
            handshakes: 256,
            receive_timeout: Duration::from_secs(10),
            stalled: Duration::from_secs(30),
        }
    }
}

/// Says of an address whether many people come from it: a trusted proxy's.
pub type Exempt = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// All connections of the server. Cheap to clone: one for each worker.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Shared>);

struct Shared {
    limits: ConnectionLimits,
    exempt: Exempt,
    state: Mutex<State>,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits, exempt: Exempt) -> Self {
        Self(Arc::new(Shared { limits, exempt, state: Mutex::default() }))
    }

    pub(crate) fn limits(&self) -> &ConnectionLimits {
        &self.0.limits
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn source(&self, address: IpAddr) -> Source {
        match address.to_canonical() {
            address if is_this_machine(address) || (self.0.exempt)(address) => Source::Exempt(address),
            IpAddr::V4(address) => Source::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Source::V6([a, b, c, d])
            }
        }
    }

    /// Counts a new connection, and makes room for it where it can be made. `None`: there is none.
    pub(crate) fn admit(&self, address: IpAddr) -> Option<Arc<Connection>> {
        let limits = &self.0.limits;
        let source = self.source(address);
        let most = match source {
            Source::Exempt(address) if is_this_machine(address) => limits.connections,
            _ => limits.connections.saturating_sub(limits.kept_free),
        };
        let mut state = self.state();
        let own = state.sources.get(&source).map_or(0, |of| of.open);
        let too_many = own >= limits.connections_per_address && !matches!(source, Source::Exempt(_));
        if too_many && !state.end_oldest_of(source) {
            return None;
        }
        if state.open.len() >= most && !state.end_oldest() {
            return None;
        }
        let ended = CancellationToken::new();
        let id = state.add(source, ended.clone());
        drop(state);
        Some(Arc::new(Connection::new(id, self.clone(), ended)))
    }

    /// Counts a handshake that begins; the oldest ends where there are too many.
    pub(crate) fn handshake(&self, connection: &Arc<Connection>) -> ActiveHandshake {
        let mut state = self.state();
        if state.handshakes.len() >= self.0.limits.handshakes
            && let Some(oldest) = state.handshakes.pop_first()
        {
            state.end(oldest);
        }
        state.handshakes.insert(connection.id());
        ActiveHandshake::new(connection.clone())
    }

    #[cfg(test)]
    fn open(&self) -> usize {
        self.state().open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections(connections: usize, connections_per_address: usize, kept_free: usize) -> Connections {
        let limits =
            ConnectionLimits { connections, connections_per_address, kept_free, handshakes: 2, ..Default::default() };
        Connections::new(limits, Arc::new(|address| address == ip("10.0.0.1")))
    }

    fn admitted(connections: &Connections, address: &str) -> Arc<Connection> {
        connections.admit(ip(address)).unwrap()
    }

    #[test]
    fn one_that_waits_makes_room_and_one_that_is_answered_does_not() {
        let connections = connections(3, 3, 0);
        let viewer = admitted(&connections, "192.0.2.1");
        let stream = viewer.begin();
        let [first, second] = [(); 2].map(|()| admitted(&connections, "192.0.2.2"));
        let newcomer = admitted(&connections, "192.0.2.3");
        assert!(first.ended().is_cancelled() && !second.ended().is_cancelled() && !viewer.ended().is_cancelled());
        let serving = [second.begin(), newcomer.begin()];
        assert!(connections.admit(ip("192.0.2.4")).is_none(), "all are being answered");
        drop(stream);
        let last = admitted(&connections, "192.0.2.4");
        assert!(viewer.ended().is_cancelled() && connections.open() == 3);
        drop((viewer, first, second, newcomer, last, serving));
        assert_eq!((connections.open(), connections.state().waiting.len()), (0, 0));
        assert!(connections.state().sources.is_empty());
    }

    #[test]
    fn who_has_the_most_makes_room_first() {
        let connections = connections(4, 3, 0);
        let alone = admitted(&connections, "192.0.2.1");
        let many = [(); 3].map(|()| admitted(&connections, "192.0.2.2"));
        let _newcomer = admitted(&connections, "192.0.2.3");
        assert!(many[0].ended().is_cancelled() && !alone.ended().is_cancelled(), "not who came first");
    }

    #[test]
    fn an_address_has_its_own_limit_and_of_ipv6_its_network() {
        let connections = connections(100, 2, 0);
        for (own, other) in
            [(["192.0.2.1"; 3], "192.0.2.2"), (["2001:db8::1", "2001:db8::2", "2001:db8::3"], "2001:db8:0:1::1")]
        {
            let held = own[..2].iter().map(|own| admitted(&connections, own)).collect::<Vec<_>>();
            let serving = held.iter().map(|held| held.begin()).collect::<Vec<_>>();
            assert!(connections.admit(ip(own[2])).is_none());
            let _other = admitted(&connections, other);
            drop(serving);
            let _third = admitted(&connections, own[2]);
            assert!(held[0].ended().is_cancelled() && !held[1].ended().is_cancelled());
        }
        let proxied = [(); 20].map(|()| admitted(&connections, "10.0.0.1"));
        let mapped = [(); 20].map(|()| admitted(&connections, "::ffff:127.0.0.1"));
        assert!(proxied.iter().chain(&mapped).all(|one| !one.ended().is_cancelled()));
    }

    #[test]
    fn some_are_kept_free_for_the_machine_itself() {
        let connections = connections(4, 10, 2);
        let held = ["192.0.2.1", "192.0.2.2"].map(|address| admitted(&connections, address));
        let _serving = held.each_ref().map(|held| held.begin());
        assert!(connections.admit(ip("192.0.2.3")).is_none());
        assert!(connections.admit(ip("127.0.0.9")).is_none(), "the machine's own address is one");
        let _own = ["127.0.0.1", "::1"].map(|address| admitted(&connections, address));
    }

    #[test]
    fn a_body_that_is_awaited_makes_room_too() {
        let connections = connections(1, 1, 0);
        let slow = admitted(&connections, "192.0.2.1");
        let _serving = slow.begin();
        let body = slow.awaits_body();
        assert!(slow.waits());
        drop(body);
        assert!(!slow.waits() && connections.admit(ip("192.0.2.2")).is_none());
        let _body = slow.awaits_body();
        let _newcomer = admitted(&connections, "192.0.2.2");
        assert!(slow.ended().is_cancelled());
    }

    #[test]
    fn the_oldest_handshake_makes_room() {
        let connections = connections(10, 10, 0);
        let held = [(); 3].map(|()| admitted(&connections, "192.0.2.1"));
        let handshakes = held.each_ref().map(|held| connections.handshake(held));
        assert_eq!(held.each_ref().map(|held| held.ended().is_cancelled()), [true, false, false]);
        drop(handshakes);
        assert!(connections.state().handshakes.is_empty());
    }
}
