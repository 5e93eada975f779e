//! Rows as a caller's own types, by serde. Only with the feature `serde`.

mod fields;
mod row;
mod row_error;
mod value;

use serde_core::de::{Deserialize, DeserializeOwned};

use crate::{Client, Command, Error, Reply, Sentence};

pub use row_error::RowError;

impl Sentence {
    /// The row as a type of the caller's.
    ///
    /// - A field finds its attribute by its name, with `-` for `_`; `id` is `.id`.
    /// - Booleans are `true`, `yes`, `false` and `no`. RouterOS leaves many flags out when they are false: give those
    ///   `#[serde(default)]`.
    /// - Numbers are decimal, a [`Duration`](std::time::Duration) is any of RouterOS' forms, text is what
    ///   [`Value::text`](crate::Value::text) reads, a list is divided at commas, a pair such as `bytes` at the slash
    ///   or comma, an enum is the name of its variant.
    /// - An `Option` is `None` where the attribute is missing or empty.
    ///
    /// ```
    /// # use tokio_util::codec::Decoder;
    /// #[derive(serde::Deserialize)]
    /// struct Interface {
    ///     name: String,
    ///     rx_byte: u64,
    ///     #[serde(default)]
    ///     running: bool,
    ///     comment: Option<String>,
    /// }
    /// # let received = &b"\x03!re\x0c=name=ether1\x0b=rx-byte=42\x0d=running=true\x00"[..];
    /// # let row = routeros::Codec::new(routeros::Limits::default()).decode(&mut received.into())?.expect("a row");
    ///
    /// let interface: Interface = row.read()?;
    /// assert_eq!((interface.rx_byte, interface.running, interface.comment), (42, true, None));
    /// # Ok::<(), routeros::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`RowError`], for this row alone.
    pub fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, RowError> {
        T::deserialize(row::Row(self))
    }
}

impl Reply {
    /// Every row as a type of the caller's; see [`Sentence::read`].
    ///
    /// # Errors
    /// The first [`RowError`]. Read the rows one by one to keep those that can be read.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Vec<T>, RowError> {
        self.rows.iter().map(Sentence::read).collect()
    }
}

impl Client {
    /// Prints a menu such as `/interface` as a type of the caller's; see [`Sentence::read`]. Only the attributes that
    /// the type has fields for are asked of the router.
    ///
    /// # Errors
    /// Those of [`Client::run`], and [`Error::Row`].
    pub async fn print<T: DeserializeOwned>(&self, menu: &str) -> Result<Vec<T>, Error> {
        Ok(self.run(print::<T>(menu)).await?.read()?)
    }
}

/// The command that prints a menu with the attributes that a type has fields for.
pub(crate) fn print<T: DeserializeOwned>(menu: &str) -> Command {
    let command = Command::new(format!("{}/print", menu.trim_end_matches('/')));
    match fields::properties::<T>() {
        Some(properties) => command.proplist(&properties.iter().map(String::as_str).collect::<Vec<_>>()),
        None => command,
    }
}
