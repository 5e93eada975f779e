//! Which tables are shared, what a key is made of, and which key of a transaction decides.
//!
//! Not shared: the audit log, which is a stream and not rows, and what a file says of itself (`meta`), but for the mark
//! that the first rules of alerts were put in, and the sites with their keys.
//!
//! The order in which a transaction's keys are written is that of `rank`, then what is there before what goes. A key that
//! decides stands first: who administrates, the account, the router. What follows from it, such as the sessions of an
//! account that goes, is written after it; if the node ends between the two, it stays behind and opens nothing, because
//! it belongs to nobody.

use super::{SharedKind, SharedPart};

/// What shares one key: a row, a row with what belongs to it, or a whole table.
#[derive(Debug)]
pub(crate) struct Aggregate {
    /// What its keys begin with.
    pub(crate) name: &'static str,
    pub(crate) part: SharedPart,
    pub(crate) tables: &'static [Table],
    /// Lower ones are written first.
    pub(crate) rank: u8,
    /// What others are told has changed.
    pub(crate) kind: Option<SharedKind>,
}

/// A table, and which of its columns are the key.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [Column],
    /// Whether SQLite numbers its rows: a number must not come again.
    pub(crate) is_numbered: bool,
    /// Which rows are shared; all where it is empty. `ROW` stands for the row.
    pub(crate) only: &'static str,
    /// Which columns count as a change; all where it is empty.
    pub(crate) columns: &'static str,
}

/// A column of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    Text(&'static str),
    Number(&'static str),
    Bytes(&'static str),
}

impl Column {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) | Self::Bytes(name) => name,
        }
    }
}

/// Who administrates: written by every transaction that changes it, so that no two of them leave nobody.
pub(crate) const ADMINISTRATORS: &str = "administrators";
/// When a token was last used.
pub(crate) const USED: &str = "used";

const fn table(name: &'static str, key: &'static [Column]) -> Table {
    Table { name, key, is_numbered: false, only: "", columns: "" }
}

const fn numbered(name: &'static str) -> Table {
    Table { is_numbered: true, ..table(name, &[Column::Number("id")]) }
}

/// All of them; of a table that others refer to, before those.
pub(crate) const AGGREGATES: [Aggregate; 14] = [
    Aggregate { name: ADMINISTRATORS, part: SharedPart::State, tables: &[], rank: 0, kind: None },
    Aggregate {
        name: "meta",
        part: SharedPart::State,
        tables: &[Table {
            only: "(ROW.name = 'alert-rules' OR ROW.name LIKE 'site-%')",
            ..table("meta", &[Column::Text("name")])
        }],
        rank: 0,
        kind: None,
    },
    Aggregate { name: "users", part: SharedPart::State, tables: &[numbered("users")], rank: 1, kind: None },
    Aggregate {
        name: "routers",
        part: SharedPart::State,
        tables: &[table("routers", &[Column::Text("id")])],
        rank: 1,
        kind: Some(SharedKind::Routers),
    },
    Aggregate {
        name: "tokens",
        part: SharedPart::State,
        tables: &[Table { columns: "hash, kind, name, role, grants, created, expires, maker", ..numbered("tokens") }],
        rank: 2,
        kind: None,
    },
    Aggregate { name: "layouts", part: SharedPart::State, tables: &[numbered("layouts")], rank: 2, kind: None },
    Aggregate {
        name: "lines",
        part: SharedPart::State,
        tables: &[table("lines", &[Column::Text("router"), Column::Text("interface"), Column::Number("user")])],
        rank: 2,
        kind: Some(SharedKind::Lines),
    },
    Aggregate {
        name: "embed_origins",
        part: SharedPart::State,
        tables: &[table("embed_origins", &[])],
        rank: 2,
        kind: Some(SharedKind::EmbedOrigins),
    },
    Aggregate {
        name: "not_recorded",
        part: SharedPart::State,
        tables: &[table("not_recorded", &[Column::Text("what"), Column::Text("router"), Column::Text("name")])],
        rank: 2,
        kind: Some(SharedKind::Recording),
    },
    Aggregate {
        name: "alert_rules",
        part: SharedPart::State,
        tables: &[numbered("alert_rules")],
        rank: 2,
        kind: Some(SharedKind::Alerts),
    },
    Aggregate {
        name: "alert_channels",
        part: SharedPart::State,
        tables: &[numbered("alert_channels"), table("alert_secrets", &[Column::Number("channel")])],
        rank: 2,
        kind: Some(SharedKind::Alerts),
    },
    Aggregate {
        name: "maintenance",
        part: SharedPart::State,
        tables: &[numbered("maintenance")],
        rank: 2,
        kind: Some(SharedKind::Alerts),
    },
    Aggregate {
        name: "sessions",
        part: SharedPart::Sessions,
        tables: &[table("sessions", &[Column::Bytes("hash")])],
        rank: 3,
        kind: None,
    },
    Aggregate { name: USED, part: SharedPart::Sessions, tables: &[], rank: 3, kind: None },
];

/// Rows that belong to a user: without one they open nothing, and are let go of.
pub(crate) const OF_USERS: [(&str, &str); 3] = [("tokens", "maker"), ("lines", "user"), ("layouts", "owner")];

impl Aggregate {
    /// The one of this name; `None` for one of a newer Lalin.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        AGGREGATES.iter().find(|aggregate| aggregate.name == name)
    }

    /// The columns of its keys.
    pub(crate) fn key(&self) -> &'static [Column] {
        match (self.tables.first(), self.name) {
            (Some(table), _) => table.key,
            (None, USED) => &[Column::Number("id")],
            (None, _) => &[],
        }
    }

    /// Whether it is one table as a whole.
    pub(crate) fn is_whole(&self) -> bool {
        self.tables.first().is_some_and(|table| table.key.is_empty())
    }
}
