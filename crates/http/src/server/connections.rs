//! Counts connections, in all and by address, and decides which one has to go when there is no room.
//!
//! Actix can only stop accepting when a worker has too many connections. Then nobody gets in, not even the machine's own
//! health check, and whoever holds the connections decides for how long. Here every connection is accepted and counted
//! before a byte of it is read. Where there is no room, a connection that only waits for its client (for a handshake, a
//! head, a body, the next request) is ended for the new one: the oldest of the address that has the most. A connection
//! that is being answered is never ended for another. One that carries an event stream belongs to a viewer: viewers have a
//! limit of their own, so their connections count nowhere here, and a full house of viewers keeps nobody from the page.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{ActiveHandshake, Connection};
use super::connection_limits::{ConnectionLimits, Exempt};
use super::connection_table::{ConnectionTable, Source, is_this_machine};

/// All connections of the server. Cheap to clone: one for each worker.
#[derive(Clone)]
pub(super) struct Connections {
    limits: ConnectionLimits,
    exempt: Exempt,
    table: Arc<Mutex<ConnectionTable>>,
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits, exempt: Exempt) -> Self {
        Self { limits, exempt, table: Arc::default() }
    }

    pub(super) fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn source(&self, address: IpAddr) -> Source {
        match address.to_canonical() {
            address if is_this_machine(address) || (self.exempt)(address) => Source::Exempt(address),
            IpAddr::V4(address) => Source::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Source::V6([a, b, c, d])
            }
        }
    }

    /// Counts a new connection, and makes room for it where possible. `None`: there is no room.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Arc<Connection>> {
        let limits = &self.limits;
        let source = self.source(address);
        let most = match source {
            Source::Exempt(address) if is_this_machine(address) => limits.connections,
            _ => limits.connections.saturating_sub(limits.kept_for_this_machine),
        };
        let mut table = self.table();
        let own = table.sources.get(&source).map_or(0, |of| of.open);
        let too_many = own >= limits.connections_per_address && !matches!(source, Source::Exempt(_));
        if too_many && !table.end_oldest_of(source) {
            return None;
        }
        if table.counted() >= most && !table.end_oldest() {
            return None;
        }
        let (id, activity) = table.add(source);
        drop(table);
        Some(Arc::new(Connection::new(id, self.limits, self.table.clone(), activity)))
    }

    /// Counts a handshake that begins. Where there are too many, the oldest one ends.
    pub(super) fn handshake(&self, connection: &Arc<Connection>) -> ActiveHandshake {
        let mut table = self.table();
        if table.handshakes.len() >= self.limits.handshakes
            && let Some(oldest) = table.handshakes.pop_first()
        {
            table.end(oldest);
        }
        table.handshakes.insert(connection.id());
        ActiveHandshake::new(connection.clone())
    }

    #[cfg(test)]
    fn open(&self) -> usize {
        self.table().open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections(connections: usize, connections_per_address: usize, kept_for_this_machine: usize) -> Connections {
        let limits = ConnectionLimits {
            connections,
            connections_per_address,
            kept_for_this_machine,
            handshakes: 2,
            ..Default::default()
        };
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
        assert_eq!((connections.open(), connections.table().waiting.len()), (0, 0));
        assert!(connections.table().sources.is_empty());
    }

    #[test]
    fn who_has_waited_longest_makes_room_however_often_it_was_answered_before() {
        let connections = connections(3, 3, 0);
        let [a, b, c] = [(); 3].map(|()| admitted(&connections, "192.0.2.1"));
        // First `b`, then `c`, then `a`; `c` is answered again, and waits again.
        [&b, &c, &a].into_iter().for_each(|one| drop(one.begin()));
        let answered = c.begin();
        let ended = || [&a, &b, &c].map(|one| one.ended().is_cancelled());
        let mut newcomers = Vec::new();
        let mut next = || newcomers.push(admitted(&connections, "192.0.2.1").begin());
        next();
        assert_eq!(ended(), [false, true, false]);
        next();
        assert_eq!(ended(), [true, true, false]);
        assert!(connections.admit(ip("192.0.2.1")).is_none(), "all are being answered");
        drop(answered);
        next();
        assert_eq!(ended(), [true; 3]);
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
    fn some_are_kept_for_this_machine() {
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
    fn viewers_take_no_room_from_others() {
        let connections = connections(2, 2, 0);
        let viewers = [(); 9].map(|()| admitted(&connections, "192.0.2.1"));
        let serving = viewers.each_ref().map(|viewer| (viewer.begin(), viewer.watches()));
        // Each was admitted before it was a viewer, so the first ones had to go.
        let viewers: Vec<_> = viewers.iter().filter(|viewer| !viewer.ended().is_cancelled()).collect();
        assert_eq!((viewers.len(), connections.table().counted()), (2, 0));
        let _others = [(); 2].map(|()| admitted(&connections, "192.0.2.1").begin());
        assert!(connections.admit(ip("192.0.2.1")).is_none());
        assert!(viewers.iter().all(|viewer| !viewer.ended().is_cancelled()));
        drop(serving);
        assert_eq!(connections.table().counted(), 4);
        let newcomer = admitted(&connections, "192.0.2.1");
        drop((viewers, newcomer));
    }

    #[test]
    fn a_viewer_who_leaves_leaves_nothing_behind() {
        let connections = connections(2, 2, 0);
        let viewer = admitted(&connections, "192.0.2.1");
        let serving = (viewer.begin(), viewer.watches());
        // Looked at while it is a viewer's.
        let others = [(); 2].map(|()| admitted(&connections, "192.0.2.2").begin());
        assert!(connections.admit(ip("192.0.2.2")).is_none() && connections.admit(ip("192.0.2.3")).is_none());
        drop(serving);
        drop((viewer, others));
        let table = connections.table();
        assert_eq!((table.open.len(), table.sources.len(), table.waiting.len(), table.counted()), (0, 0, 0, 0));
    }

    #[test]
    fn the_oldest_handshake_makes_room() {
        let connections = connections(10, 10, 0);
        let held = [(); 3].map(|()| admitted(&connections, "192.0.2.1"));
        let handshakes = held.each_ref().map(|held| connections.handshake(held));
        assert_eq!(held.each_ref().map(|held| held.ended().is_cancelled()), [true, false, false]);
        drop(handshakes);
        assert!(connections.table().handshakes.is_empty());
    }
}
