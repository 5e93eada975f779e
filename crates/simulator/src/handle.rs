//! The handle of a running router. Every change is done when the call returns.

use std::sync::Arc;
use std::time::Duration;

use crate::lock::lock;
use crate::router::{Event, Router};
use crate::settings::Faults;
use crate::{AnswerTimes, Fault, InterfaceSpec, LossCounters, LossRates, Menu, Script, Traffic, Usage, User};

/// Changes a simulated router while it runs, and reports what clients did to it.
///
/// An interface is named by its bytes, so a `&str` will do. If there is none of that name, nothing happens.
#[derive(Clone)]
pub struct Handle(pub(crate) Arc<Router>);

impl Handle {
    /// What clients did to the router since it started.
    pub fn usage(&self) -> Usage {
        self.0.usage()
    }

    // ===== faults =====

    /// Sets one fault and ends all others.
    pub fn set_fault(&self, fault: Fault) {
        self.set_faults([fault]);
    }

    /// Sets these faults and ends all others. Of two of a kind the later one counts.
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.change_faults(|_| Faults::of(faults));
    }

    /// Adds a fault to those there are, in place of one of its kind.
    pub fn add_fault(&self, fault: Fault) {
        self.0.change_faults(|faults| faults.with(fault));
    }

    /// Ends the fault of this kind, whatever its value.
    pub fn remove_fault(&self, kind: &Fault) {
        self.0.change_faults(|faults| faults.without(kind));
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.set_faults([]);
    }

    /// Sets how long prints take from now on; `None`: no time at all.
    pub fn set_answer_times(&self, times: Option<AnswerTimes>) {
        self.0.set_answer_times(times.as_ref());
    }

    /// Closes every open connection.
    pub fn cut_connections(&self) {
        self.0.cut_connections();
    }

    /// Forgets every open connection, as a firewall on the way does, or a router that lost its power: it stays open,
    /// accepts what is sent and never answers again. Later connections are served. Sessions keep their slots.
    pub fn forget_connections(&self) {
        self.0.forget_connections();
    }

    /// Closes every open connection and starts counters and uptime from zero.
    pub fn reboot(&self) {
        self.0.reboot();
    }

    // ===== interfaces =====

    /// The interfaces as they are set now, in the order of the rows.
    pub fn interfaces(&self) -> Vec<InterfaceSpec> {
        self.0.specs()
    }

    /// Adds an interface after the others.
    pub fn add_interface(&self, spec: InterfaceSpec) {
        self.0.add_interface(spec);
    }

    /// Removes an interface.
    pub fn remove_interface(&self, name: impl AsRef<[u8]>) {
        self.0.remove_interface(name.as_ref());
    }

    /// Removes an interface and adds it again under its name: another id, counters from zero.
    pub fn recreate_interface(&self, name: impl AsRef<[u8]>) {
        if let Some(spec) = self.0.remove_interface(name.as_ref()) {
            self.0.add_interface(spec.counters(0, 0).age(Duration::ZERO));
        }
    }

    /// Changes what the router receives and sends; the counters go on from where they are.
    pub fn set_traffic(&self, name: impl AsRef<[u8]>, rx: Traffic, tx: Traffic) {
        self.0.with_interface(name.as_ref(), |interface| interface.change(|spec| (spec.rx, spec.tx) = (rx, tx)));
    }

    /// Changes how fast errors and drops grow; their counters go on from where they are.
    pub fn set_losses(&self, name: impl AsRef<[u8]>, losses: LossRates) {
        let names_months = self.0.version.names_months();
        self.0.with_interface(name.as_ref(), |interface| interface.set_losses(losses, names_months));
    }

    /// Adds errors and drops to the counters at once.
    pub fn add_losses(&self, name: impl AsRef<[u8]>, losses: LossCounters) {
        let names_months = self.0.version.names_months();
        self.0.with_interface(name.as_ref(), |interface| interface.add_losses(losses, names_months));
    }

    /// Brings the link up or takes it down; while it is down nothing flows.
    pub fn set_running(&self, name: impl AsRef<[u8]>, running: bool) {
        let (unix, names_months) = (self.0.now(), self.0.version.names_months());
        let changed = self.0.with_interface(name.as_ref(), |interface| {
            interface.set_running(running, unix, names_months);
            interface.serial
        });
        if let Some(serial) = changed {
            self.0.notify(Event::Changed(serial));
        }
    }

    /// Changes the link rate of a physical interface, such as `100Mbps`. A real link goes down for a moment with that.
    pub fn set_link(&self, name: impl AsRef<[u8]>, rate: impl Into<String>) {
        self.0.with_interface(name.as_ref(), |interface| interface.spec.link = rate.into());
    }

    /// Makes the counters jump, up or down, to this many bytes received and sent.
    pub fn set_counters(&self, name: impl AsRef<[u8]>, rx: u64, tx: u64) {
        self.0.with_interface(name.as_ref(), |interface| interface.jump(rx, tx));
    }

    /// Leaves every counter out of the interface's rows, or shows them again.
    pub fn hide_counters(&self, name: impl AsRef<[u8]>, hidden: bool) {
        let names_months = self.0.version.names_months();
        self.0.with_interface(name.as_ref(), |interface| interface.hide(hidden, names_months));
    }

    /// The exact rates now, bit/s received and sent.
    pub fn rate(&self, name: impl AsRef<[u8]>) -> Option<(f64, f64)> {
        self.0.with_interface(name.as_ref(), |interface| interface.rates())
    }

    /// The exact counters now, bytes received and sent.
    pub fn counters(&self, name: impl AsRef<[u8]>) -> Option<(u64, u64)> {
        self.0.with_interface(name.as_ref(), |interface| interface.counters().bytes)
    }

    /// The exact counters of errors and drops now.
    pub fn losses(&self, name: impl AsRef<[u8]>) -> Option<LossCounters> {
        self.0.with_interface(name.as_ref(), |interface| interface.counters().losses)
    }

    // ===== users, menus, replies =====

    /// Changes the password of the first user; whoever is logged in stays so.
    pub fn set_password(&self, password: impl Into<String>) {
        if let Some(user) = lock(&self.0.config).users.first_mut() {
            user.password = password.into();
            user.password_bytes = None;
        }
    }

    /// Adds a user, in place of one of the same name.
    pub fn set_user(&self, user: User) {
        let users = &mut lock(&self.0.config).users;
        match users.iter_mut().find(|other| other.name == user.name) {
            Some(other) => *other = user,
            None => users.push(user),
        }
    }

    /// Removes a user. Sessions of this user stay logged in, but may read nothing.
    pub fn remove_user(&self, name: &str) {
        lock(&self.0.config).users.retain(|user| user.name != name);
    }

    /// Adds a menu of your own, in place of one of the same path.
    pub fn set_menu(&self, menu: Menu) {
        let menus = &mut lock(&self.0.menus);
        menus.retain(|other| other.path != menu.path);
        menus.push(menu);
    }

    /// Removes a menu of your own; one that is built in shows again.
    pub fn remove_menu(&self, path: &str) {
        lock(&self.0.menus).retain(|menu| menu.path != path);
    }

    /// Adds a reply of your own. It comes before the others, so that it may take the place of one that fits too.
    pub fn add_script(&self, script: Script) {
        lock(&self.0.scripts).insert(0, script);
    }

    /// Removes all replies of your own.
    pub fn clear_scripts(&self) {
        lock(&self.0.scripts).clear();
    }

    // ===== settings of the service =====

    /// Changes the certificate, or whether TLS is served at all, for later connections.
    #[cfg(feature = "tls")]
    pub fn set_tls(&self, identity: Option<crate::TlsIdentity>) {
        lock(&self.0.config).tls = identity;
    }

    /// Changes how many sessions may be logged in; those beyond the new limit stay.
    pub fn set_max_sessions(&self, most: usize) {
        lock(&self.0.config).max_sessions = most;
    }
}
