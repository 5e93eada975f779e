//! The router's state: interfaces and their counters at any instant, load, faults.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::{Config, InterfaceSpec};

/// What goes wrong, until it is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Connections are refused.
    Refuse,
    /// Connections are accepted and nothing is ever answered.
    Silent,
    /// Each reply waits first.
    Delay(Duration),
    /// Half of a reply's bytes, then nothing.
    HalfSentence,
    /// The connection is cut as soon as a command arrives.
    Cut,
    /// Every login fails.
    WrongPassword,
    /// Printing is not permitted.
    NoPermission,
    /// At most so many sessions.
    SessionLimit(usize),
    /// Replies come in chunks of so many bytes.
    Chunked(usize),
    /// A length of 2 GiB instead of a reply.
    HostileLength,
    /// `!fatal` with this message.
    Fatal(String),
}

/// What the router was put through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Accepted connections.
    pub connections: u64,
    /// Successful logins.
    pub logins: u64,
    /// Failed ones.
    pub failed_logins: u64,
    /// Sessions open now.
    pub open_sessions: usize,
    /// Commands after login, `/cancel` aside.
    pub commands: u64,
    /// `/cancel`s.
    pub cancels: u64,
    /// Prints among the commands.
    pub prints: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) connections: AtomicU64,
    pub(crate) logins: AtomicU64,
    pub(crate) failed_logins: AtomicU64,
    pub(crate) open_sessions: AtomicUsize,
    pub(crate) commands: AtomicU64,
    pub(crate) cancels: AtomicU64,
    pub(crate) prints: AtomicU64,
    pub(crate) bytes_in: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
}

pub(crate) struct Interface {
    pub(crate) id: u32,
    pub(crate) spec: InterfaceSpec,
    begun: Instant,
    /// The counters when the present traffic began.
    base: (u64, u64),
    hidden: bool,
}

impl Interface {
    fn new(id: u32, spec: InterfaceSpec) -> Self {
        Self { id, base: spec.base, spec, begun: Instant::now(), hidden: false }
    }

    fn flows(&self) -> bool {
        self.spec.running && !self.spec.disabled
    }

    pub(crate) fn counters(&self) -> (u64, u64) {
        let t = if self.flows() { self.begun.elapsed() } else { Duration::ZERO };
        (
            self.base.0.saturating_add(self.spec.rx.bytes_until(t)),
            self.base.1.saturating_add(self.spec.tx.bytes_until(t)),
        )
    }

    fn rate(&self) -> (f64, f64) {
        let t = self.begun.elapsed();
        if self.flows() { (self.spec.rx.rate_at(t), self.spec.tx.rate_at(t)) } else { (0.0, 0.0) }
    }

    pub(crate) fn rates(&self) -> (f64, f64) {
        self.rate()
    }

    /// The attributes of a row, in the router's order.
    pub(crate) fn row(&self) -> Vec<(&'static str, Vec<u8>)> {
        let spec = &self.spec;
        let flag = |flag: bool| flag.to_string().into_bytes();
        let mut row = vec![
            (".id", format!("*{:X}", self.id).into_bytes()),
            ("name", spec.name.clone()),
            ("type", spec.kind.clone().into_bytes()),
            ("mtu", b"1500".to_vec()),
            ("actual-mtu", b"1500".to_vec()),
        ];
        if spec.kind == "ether" {
            row.push(("default-name", spec.name.clone()));
            row.push(("mac-address", format!("48:8F:5A:00:00:{:02X}", self.id & 0xFF).into_bytes()));
        }
        row.push(("last-link-up-time", b"2026-11-01 08:00:00".to_vec()));
        row.push(("link-downs", b"0".to_vec()));
        if !self.hidden {
            let (rx, tx) = self.counters();
            let number = |n: u64| n.to_string().into_bytes();
            row.extend([
                ("rx-byte", number(rx)),
                ("tx-byte", number(tx)),
                ("rx-packet", number(rx / 900)),
                ("tx-packet", number(tx / 900)),
                ("rx-drop", number(0)),
                ("tx-drop", number(0)),
                ("tx-queue-drop", number(0)),
                ("rx-error", number(0)),
                ("tx-error", number(0)),
            ]);
        }
        row.push(("running", flag(spec.running)));
        row.push(("disabled", flag(spec.disabled)));
        if spec.dynamic {
            row.push(("dynamic", flag(true)));
        }
        if let Some(comment) = &spec.comment {
            row.push(("comment", comment.clone()));
        }
        row
    }
}

/// What the sessions and the handle share.
pub(crate) struct Router {
    pub(crate) config: Mutex<Config>,
    pub(crate) interfaces: Mutex<Vec<Interface>>,
    next_id: AtomicU64,
    pub(crate) counts: Counts,
    pub(crate) fault: watch::Sender<Fault>,
    /// Counts the cuts: a session of an older one ends.
    pub(crate) cuts: watch::Sender<u64>,
    pub(crate) booted: Mutex<Instant>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Router {
    pub(crate) fn new(config: Config) -> Self {
        let router = Self {
            interfaces: Mutex::default(),
            next_id: AtomicU64::new(1),
            counts: Counts::default(),
            fault: watch::Sender::new(Fault::None),
            cuts: watch::Sender::new(0),
            booted: Mutex::new(Instant::now()),
            config: Mutex::new(config.clone()),
        };
        for spec in config.interfaces {
            router.add(spec);
        }
        router
    }

    pub(crate) fn add(&self, spec: InterfaceSpec) {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed) as u32;
        let id = if spec.dynamic { 0xF0_0000 + id } else { id };
        lock(&self.interfaces).push(Interface::new(id, spec));
    }
}

/// Changes a simulated router while it runs, and tells what it is put through.
#[derive(Clone)]
pub struct Handle(pub(crate) std::sync::Arc<Router>);

impl Handle {
    /// What the router was put through.
    pub fn load(&self) -> Load {
        let counts = &self.0.counts;
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        Load {
            connections: read(&counts.connections),
            logins: read(&counts.logins),
            failed_logins: read(&counts.failed_logins),
            open_sessions: counts.open_sessions.load(Ordering::SeqCst),
            commands: read(&counts.commands),
            cancels: read(&counts.cancels),
            prints: read(&counts.prints),
            bytes_in: read(&counts.bytes_in),
            bytes_out: read(&counts.bytes_out),
        }
    }

    /// Begins a fault.
    pub fn set_fault(&self, fault: Fault) {
        self.0.fault.send_replace(fault);
    }

    /// Ends the fault.
    pub fn clear_fault(&self) {
        self.set_fault(Fault::None);
    }

    /// Cuts every open connection.
    pub fn cut(&self) {
        self.0.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts everything; counters and uptime begin at zero.
    pub fn reboot(&self) {
        self.cut();
        *lock(&self.0.booted) = Instant::now();
        for interface in lock(&self.0.interfaces).iter_mut() {
            interface.base = (0, 0);
            interface.begun = Instant::now();
        }
    }

    /// Adds an interface.
    pub fn add(&self, spec: InterfaceSpec) {
        self.0.add(spec);
    }

    /// Removes an interface.
    pub fn remove(&self, name: &str) {
        lock(&self.0.interfaces).retain(|interface| interface.spec.name != name.as_bytes());
    }

    /// Removes an interface and makes it anew: another id, counters from zero.
    pub fn recreate(&self, name: &str) {
        let old = {
            let mut interfaces = lock(&self.0.interfaces);
            let at = interfaces.iter().position(|interface| interface.spec.name == name.as_bytes());
            at.map(|at| interfaces.remove(at))
        };
        if let Some(old) = old {
            self.add(InterfaceSpec { base: (0, 0), ..old.spec });
        }
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Interface)) {
        let mut interfaces = lock(&self.0.interfaces);
        if let Some(interface) = interfaces.iter_mut().find(|interface| interface.spec.name == name.as_bytes()) {
            change(interface);
        }
    }

    /// Sets what flows; the counters go on from where they are.
    pub fn set_traffic(&self, name: &str, rx: crate::Traffic, tx: crate::Traffic) {
        self.change(name, |interface| {
            interface.base = interface.counters();
            interface.begun = Instant::now();
            (interface.spec.rx, interface.spec.tx) = (rx, tx);
        });
    }

    /// Sets whether the link is up.
    pub fn set_running(&self, name: &str, running: bool) {
        self.change(name, |interface| {
            interface.base = interface.counters();
            interface.begun = Instant::now();
            interface.spec.running = running;
        });
    }

    /// Makes the counters jump.
    pub fn set_counters(&self, name: &str, rx: u64, tx: u64) {
        self.change(name, |interface| {
            interface.base = (rx, tx);
            interface.begun = Instant::now();
        });
    }

    /// Leaves the counters out of the rows.
    pub fn hide_counters(&self, name: &str, hidden: bool) {
        self.change(name, |interface| interface.hidden = hidden);
    }

    /// The exact rates now, bit/s received and sent.
    pub fn rate(&self, name: &str) -> Option<(f64, f64)> {
        let mut rate = None;
        self.change(name, |interface| rate = Some(interface.rate()));
        rate
    }

    /// The exact counters now, bytes received and sent.
    pub fn counters(&self, name: &str) -> Option<(u64, u64)> {
        let mut counters = None;
        self.change(name, |interface| counters = Some(interface.counters()));
        counters
    }

    /// Changes the password.
    pub fn set_password(&self, password: impl Into<String>) {
        lock(&self.0.config).password = password.into();
    }

    /// Changes how many sessions may be open.
    pub fn set_max_sessions(&self, most: usize) {
        lock(&self.0.config).max_sessions = most;
    }
}
