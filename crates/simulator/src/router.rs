//! The router's state, shared by its sessions and its handle. Locks are held for a moment and never one in another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::door::Door;
use crate::load::{Counts, Load};
use crate::port::Port;
use crate::seats::Seats;
use crate::{AnswerSequence, AnswerTime, AnswerTimes, Config, Fault, InterfaceSpec, Version};

/// What a listener may lag behind, events; it then misses the oldest.
const EVENTS: usize = 1_024;

/// Everything a session or the handle can reach.
pub(crate) struct Router {
    pub(crate) config: Mutex<Config>,
    pub(crate) version: Version,
    pub(crate) clock: Mutex<Clock>,
    pub(crate) counts: Counts,
    pub(crate) seats: Seats,
    pub(crate) door: Door,
    /// Counts the cuts: a connection older than the last one ends.
    pub(crate) cuts: watch::Sender<u64>,
    /// Counts the forgettings: a connection older than the last one is dead.
    forgotten: AtomicU64,
    pub(crate) events: broadcast::Sender<Event>,
    fault: Mutex<Arc<Fault>>,
    /// Since when prints take such times.
    answers: Mutex<Option<(Instant, AnswerSequence)>>,
    ports: Mutex<Ports>,
    random: Mutex<fastrand::Rng>,
}

/// The interfaces, by serial.
#[derive(Default)]
pub(crate) struct Ports {
    pub(crate) list: Vec<Port>,
    last: u32,
}

/// What `/interface/listen` tells.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The interface of this serial appeared or is not what it was.
    Changed(u32),
    /// The interface of this id is gone.
    Gone(String),
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nobody panics with a lock held; if somebody did, the others still want to be answered.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Router {
    pub(crate) fn new(mut config: Config) -> Self {
        let interfaces = std::mem::take(&mut config.interfaces);
        let answer_times = config.answer_times.take();
        let router = Self {
            version: config.version,
            random: Mutex::new(fastrand::Rng::with_seed(config.seed)),
            config: Mutex::new(config),
            clock: Mutex::new(Clock::new()),
            counts: Counts::default(),
            seats: Seats::default(),
            door: Door::default(),
            cuts: watch::Sender::new(0),
            forgotten: AtomicU64::new(0),
            events: broadcast::Sender::new(EVENTS),
            fault: Mutex::default(),
            answers: Mutex::default(),
            ports: Mutex::default(),
        };
        for spec in interfaces {
            router.add(spec);
        }
        router.set_answer_times(answer_times.as_ref());
        router
    }

    pub(crate) fn fault(&self) -> Arc<Fault> {
        lock(&self.fault).clone()
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        let refuse = fault == Fault::Refuse;
        *lock(&self.fault) = Arc::new(fault);
        self.door.set_open(!refuse);
    }

    pub(crate) fn set_answer_times(&self, times: Option<&AnswerTimes>) {
        *lock(&self.answers) = times.map(|times| (Instant::now(), times.begin()));
    }

    /// How long the print that comes now takes.
    pub(crate) fn answer_time(&self) -> Option<AnswerTime> {
        let mut answers = lock(&self.answers);
        let (since, answers) = answers.as_mut()?;
        Some(answers.next(since.elapsed()))
    }

    pub(crate) fn load(&self) -> Load {
        self.counts.load(self.seats.taken())
    }

    /// How many may be logged in.
    pub(crate) fn most_sessions(&self) -> usize {
        if let Fault::SessionLimit(most) = *self.fault() { most } else { lock(&self.config).max_sessions }
    }

    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    pub(crate) fn reboot(&self) {
        self.cut();
        let unix = {
            let mut clock = lock(&self.clock);
            clock.reboot();
            clock.now()
        };
        for port in &mut self.ports().list {
            port.reboot(unix, self.version.names_months());
        }
    }

    pub(crate) fn ports(&self) -> MutexGuard<'_, Ports> {
        lock(&self.ports)
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        lock(&self.clock).now()
    }

    pub(crate) fn add(&self, spec: InterfaceSpec) {
        let unix = self.now();
        let serial = {
            let mut ports = self.ports();
            ports.last += 1;
            let port = Port::new(ports.last, spec, unix, self.version.names_months());
            ports.list.push(port);
            ports.last
        };
        self.tell(Event::Changed(serial));
    }

    pub(crate) fn remove(&self, name: &[u8]) -> Option<InterfaceSpec> {
        let port = {
            let mut ports = self.ports();
            let at = ports.list.iter().position(|port| port.spec.name == name)?;
            ports.list.remove(at)
        };
        // A router does not tell that a line which it made itself is gone.
        if !port.spec.dynamic {
            self.tell(Event::Gone(port.id()));
        }
        Some(port.spec)
    }

    /// Does something with an interface, where there is one of this name.
    pub(crate) fn with<T>(&self, name: &[u8], act: impl FnOnce(&mut Port) -> T) -> Option<T> {
        self.ports().list.iter_mut().find(|port| port.spec.name == name).map(act)
    }

    pub(crate) fn tell(&self, event: Event) {
        // Without listeners there is nobody to tell.
        let _ = self.events.send(event);
    }

    pub(crate) fn challenge(&self) -> [u8; 16] {
        let mut random = lock(&self.random);
        std::array::from_fn(|_| random.u8(..))
    }
}
