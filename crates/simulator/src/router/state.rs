//! The state of the router, shared by its sessions and its handle. A lock is never held while another is taken.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use super::clock::Clock;
use super::interface::Interface;
use super::listener::Listener;
use super::session_slots::SessionSlots;
use super::usage::UsageCounters;
use crate::lock::lock;
use crate::settings::Faults;
use crate::{AnswerSequence, AnswerTime, AnswerTimes, Config, Fault, InterfaceSpec, Menu, Script, Usage, Version};

/// How many events a client that follows may fall behind; beyond that it misses the oldest.
const EVENTS: usize = 1_024;

/// Everything that a session or the handle can reach.
pub(crate) struct Router {
    pub(crate) config: Mutex<Config>,
    pub(crate) version: Version,
    pub(crate) clock: Mutex<Clock>,
    pub(crate) usage_counters: UsageCounters,
    pub(crate) session_slots: SessionSlots,
    pub(crate) listener: Listener,
    /// How often all connections were cut; each one ends when the number grows.
    pub(crate) cuts: watch::Sender<u64>,
    /// How often all connections were forgotten; each one is dead when the number has grown since it began.
    forgotten: AtomicU64,
    pub(crate) events: broadcast::Sender<Event>,
    faults: Mutex<Faults>,
    pub(crate) menus: Mutex<Vec<Menu>>,
    pub(crate) scripts: Mutex<Vec<Script>>,
    /// The answer times, and since when they apply.
    answers: Mutex<Option<(Instant, AnswerSequence)>>,
    interfaces: Mutex<Interfaces>,
    random: Mutex<fastrand::Rng>,
}

/// The interfaces, ordered by serial.
#[derive(Default)]
pub(crate) struct Interfaces {
    pub(crate) list: Vec<Interface>,
    last_serial: u32,
}

/// What `/interface/listen` sends.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The interface of this serial appeared or changed.
    Changed(u32),
    /// The interface of this id is gone.
    Removed(String),
}

impl Router {
    pub(crate) fn new(mut config: Config) -> Self {
        let interfaces = std::mem::take(&mut config.interfaces);
        let faults = Faults::of(std::mem::take(&mut config.faults));
        let answer_times = config.answer_times.take();
        let router = Self {
            version: config.version,
            random: Mutex::new(fastrand::Rng::with_seed(config.seed)),
            menus: Mutex::new(std::mem::take(&mut config.menus)),
            scripts: Mutex::new(std::mem::take(&mut config.scripts)),
            config: Mutex::new(config),
            clock: Mutex::new(Clock::new()),
            usage_counters: UsageCounters::default(),
            session_slots: SessionSlots::default(),
            listener: Listener::default(),
            cuts: watch::Sender::new(0),
            forgotten: AtomicU64::new(0),
            events: broadcast::Sender::new(EVENTS),
            faults: Mutex::default(),
            answers: Mutex::default(),
            interfaces: Mutex::default(),
        };
        for spec in interfaces {
            router.add_interface(spec);
        }
        router.set_answer_times(answer_times.as_ref());
        router.change_faults(|_| faults);
        router
    }

    pub(crate) fn faults(&self) -> Faults {
        lock(&self.faults).clone()
    }

    pub(crate) fn change_faults(&self, change: impl FnOnce(&Faults) -> Faults) {
        let refuses = {
            let mut faults = lock(&self.faults);
            *faults = change(&faults);
            faults.has(&Fault::Refuse)
        };
        self.listener.set_open(!refuses);
    }

    pub(crate) fn set_answer_times(&self, times: Option<&AnswerTimes>) {
        *lock(&self.answers) = times.map(|times| (Instant::now(), times.begin()));
    }

    /// How long a print that comes now takes.
    pub(crate) fn answer_time(&self) -> Option<AnswerTime> {
        let mut answers = lock(&self.answers);
        let (since, answers) = answers.as_mut()?;
        Some(answers.next(since.elapsed()))
    }

    pub(crate) fn usage(&self) -> Usage {
        self.usage_counters.read(self.session_slots.taken())
    }

    /// How many sessions may be logged in.
    pub(crate) fn max_sessions(&self) -> usize {
        let limit = self.faults().session_limit();
        limit.unwrap_or_else(|| lock(&self.config).max_sessions)
    }

    pub(crate) fn cut_connections(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(crate) fn forget_connections(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    pub(crate) fn reboot(&self) {
        self.cut_connections();
        let unix = {
            let mut clock = lock(&self.clock);
            clock.reboot();
            clock.now()
        };
        for interface in &mut self.interfaces().list {
            interface.reboot(unix, self.version.names_months());
        }
    }

    pub(crate) fn interfaces(&self) -> MutexGuard<'_, Interfaces> {
        lock(&self.interfaces)
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        lock(&self.clock).now()
    }

    /// The interfaces as they are set now.
    pub(crate) fn specs(&self) -> Vec<InterfaceSpec> {
        self.interfaces().list.iter().map(|interface| interface.spec.clone()).collect()
    }

    pub(crate) fn add_interface(&self, spec: InterfaceSpec) {
        let unix = self.now();
        let serial = {
            let mut interfaces = self.interfaces();
            interfaces.last_serial += 1;
            let interface = Interface::new(interfaces.last_serial, spec, unix, self.version.names_months());
            interfaces.list.push(interface);
            interfaces.last_serial
        };
        self.notify(Event::Changed(serial));
    }

    pub(crate) fn remove_interface(&self, name: &[u8]) -> Option<InterfaceSpec> {
        let interface = {
            let mut interfaces = self.interfaces();
            let at = interfaces.list.iter().position(|interface| interface.spec.name == name)?;
            interfaces.list.remove(at)
        };
        // A real router does not tell that a dynamic interface is gone.
        if !interface.spec.dynamic {
            self.notify(Event::Removed(interface.id()));
        }
        Some(interface.spec)
    }

    /// Calls a function with the interface of this name, if there is one.
    pub(crate) fn with_interface<T>(&self, name: &[u8], act: impl FnOnce(&mut Interface) -> T) -> Option<T> {
        self.interfaces().list.iter_mut().find(|interface| interface.spec.name == name).map(act)
    }

    pub(crate) fn notify(&self, event: Event) {
        // An error means that no client listens.
        let _ = self.events.send(event);
    }

    /// Whether a path is that of a menu of the configuration, or leads to one.
    pub(crate) fn is_above_a_menu(&self, path: &[u8]) -> bool {
        let leads = |menu: &[u8]| menu.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest[0] == b'/');
        let menu = lock(&self.menus).iter().any(|menu| leads(menu.path.as_bytes()));
        menu || lock(&self.scripts).iter().any(|script| leads(&script.path))
    }

    pub(crate) fn challenge(&self) -> [u8; 16] {
        let mut random = lock(&self.random);
        std::array::from_fn(|_| random.u8(..))
    }
}
