//! What a router says of itself: its name, model, version, load, and how many customers are dialled in.

use std::time::Duration;

use routeros::{Command, Error, Reply, Sentence};

/// What a router says of itself. What it did not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// Its `/system/identity`.
    pub identity: Option<String>,
    /// The model, such as `RB5009UG+S+`.
    pub board: Option<String>,
    /// RouterOS' version, as it writes it: `7.15.3 (stable)`.
    pub version: Option<String>,
    /// How long it has been running.
    pub uptime: Option<Duration>,
    /// The load of its processors, %.
    pub cpu_percent: Option<u8>,
    /// Memory in use, bytes.
    pub memory_used: Option<u64>,
    /// Memory in all, bytes.
    pub memory_total: Option<u64>,
    /// Active PPP sessions (PPPoE, L2TP, PPTP, SSTP, OVPN).
    pub sessions: Option<u64>,
}

const RESOURCE: &[&str] = &["board-name", "cpu-load", "free-memory", "total-memory", "uptime", "version"];

pub(crate) fn resource() -> Command {
    Command::new("/system/resource/print").proplist(RESOURCE)
}

pub(crate) fn identity() -> Command {
    Command::new("/system/identity/print").proplist(&["name"])
}

/// Only the number is sent, however many there are.
pub(crate) fn sessions() -> Command {
    Command::new("/ppp/active/print").flag("count-only")
}

impl About {
    /// Of the three answers; only the first one has to be there: a user may be kept from the others, and some models have no
    /// `/ppp`.
    pub(crate) fn of(resource: &Reply, identity: Result<Reply, Error>, sessions: Result<Reply, Error>) -> Self {
        let text =
            |row: &Sentence, key| row.get(key).map(|value| value.text().into_owned()).filter(|text| !text.is_empty());
        let mut about = Self::default();
        if let Some(row) = resource.rows.first() {
            let number = |key| row.get(key).and_then(|value| value.u64());
            about.board = text(row, "board-name");
            about.version = text(row, "version");
            about.uptime = row.get("uptime").and_then(|value| value.duration());
            about.cpu_percent = number("cpu-load").and_then(|load| u8::try_from(load).ok());
            about.memory_total = number("total-memory");
            about.memory_used =
                about.memory_total.zip(number("free-memory")).and_then(|(all, free)| all.checked_sub(free));
        }
        about.identity = identity.ok().and_then(|reply| text(reply.rows.first()?, "name"));
        about.sessions = sessions.ok().and_then(|reply| std::str::from_utf8(reply.ret()?).ok()?.trim().parse().ok());
        about
    }
}
