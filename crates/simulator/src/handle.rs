//! The handle on a running router. What it changes is done when the call returns.

use std::sync::Arc;

use crate::router::{Event, Router, lock};
use crate::{AnswerTimes, Fault, InterfaceSpec, Load, Traffic};

/// Changes a simulated router while it runs, and tells what it was put through.
///
/// An interface is named by its bytes: a `&str` will do. Where there is none of a name, nothing happens.
#[derive(Clone)]
pub struct Handle(pub(crate) Arc<Router>);

impl Handle {
    /// What the router was put through since it began.
    pub fn load(&self) -> Load {
        self.0.load()
    }

    /// Begins a fault in place of whichever there was.
    pub fn set_fault(&self, fault: Fault) {
        self.0.set_fault(fault);
    }

    /// Ends the fault.
    pub fn clear_fault(&self) {
        self.0.set_fault(Fault::None);
    }

    /// Begins other times of answers for the prints that come from now on; `None`: no time at all.
    pub fn set_answer_times(&self, times: Option<AnswerTimes>) {
        self.0.set_answer_times(times.as_ref());
    }

    /// Cuts every open connection.
    pub fn cut(&self) {
        self.0.cut();
    }

    /// Forgets every open connection, as a firewall on the way does, or a router that lost its power: it stays open,
    /// takes what is sent and never says a word again. Those that come later are served. Sessions stay taken.
    pub fn forget(&self) {
        self.0.forget();
    }

    /// Cuts every open connection; counters and uptime begin at zero.
    pub fn reboot(&self) {
        self.0.reboot();
    }

    /// Adds an interface after the others.
    pub fn add(&self, spec: InterfaceSpec) {
        self.0.add(spec);
    }

    /// Removes an interface.
    pub fn remove(&self, name: impl AsRef<[u8]>) {
        self.0.remove(name.as_ref());
    }

    /// Removes an interface and adds it again under its name: another id, counters from zero.
    pub fn recreate(&self, name: impl AsRef<[u8]>) {
        if let Some(spec) = self.0.remove(name.as_ref()) {
            self.0.add(InterfaceSpec { base: (0, 0), ..spec });
        }
    }

    /// Changes what the router receives and sends; the counters go on from where they are.
    pub fn set_traffic(&self, name: impl AsRef<[u8]>, rx: Traffic, tx: Traffic) {
        self.0.with(name.as_ref(), |port| port.change(|spec| (spec.rx, spec.tx) = (rx, tx)));
    }

    /// Brings the link up or takes it down; while it is down nothing flows.
    pub fn set_running(&self, name: impl AsRef<[u8]>, running: bool) {
        let (unix, names_months) = (self.0.now(), self.0.version.names_months());
        let changed = self.0.with(name.as_ref(), |port| {
            port.set_running(running, unix, names_months);
            port.serial
        });
        if let Some(serial) = changed {
            self.0.tell(Event::Changed(serial));
        }
    }

    /// Changes how fast the link of a physical port is. A real one goes down and comes back with that.
    pub fn set_link(&self, name: impl AsRef<[u8]>, rate: impl Into<String>) {
        self.0.with(name.as_ref(), |port| port.spec.link = rate.into());
    }

    /// Makes the counters jump, up or down, to so many bytes received and sent.
    pub fn set_counters(&self, name: impl AsRef<[u8]>, rx: u64, tx: u64) {
        self.0.with(name.as_ref(), |port| port.jump(rx, tx));
    }

    /// Leaves every counter out of the interface's rows, or no longer.
    pub fn hide_counters(&self, name: impl AsRef<[u8]>, hidden: bool) {
        let names_months = self.0.version.names_months();
        self.0.with(name.as_ref(), |port| port.hide(hidden, names_months));
    }

    /// The exact rates now, bit/s received and sent.
    pub fn rate(&self, name: impl AsRef<[u8]>) -> Option<(f64, f64)> {
        self.0.with(name.as_ref(), |port| port.rates())
    }

    /// The exact counters now, bytes received and sent.
    pub fn counters(&self, name: impl AsRef<[u8]>) -> Option<(u64, u64)> {
        self.0.with(name.as_ref(), |port| port.counters())
    }

    /// Changes the password; who is logged in stays so.
    pub fn set_password(&self, password: impl Into<String>) {
        lock(&self.0.config).password = password.into();
    }

    /// Changes the certificate, or whether TLS is served at all, for connections that come later.
    #[cfg(feature = "tls")]
    pub fn set_tls(&self, identity: Option<crate::TlsIdentity>) {
        lock(&self.0.config).tls = identity;
    }

    /// Changes how many sessions may be logged in; those beyond stay.
    pub fn set_max_sessions(&self, most: usize) {
        lock(&self.0.config).max_sessions = most;
    }
}
