//! Rows as a caller's own types, by serde. Only with the feature `serde`.

mod fields;
mod row;
mod value;

use serde_core::de::{Deserialize, DeserializeOwned};

use crate::{Client, Command, Error, Reply, Sentence};

/// A row that is not what a type wants; names the key and the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place(key, value))]
#[non_exhaustive]
pub struct RowError {
    /// The attribute, as the router spells it. `None` where the row as a whole is at fault, as when one is missing.
    pub key: Option<String>,
    /// Its value, as text.
    pub value: Option<String>,
    /// What was wanted.
    pub message: String,
}

fn place(key: &Option<String>, value: &Option<String>) -> String {
    match (key, value) {
        (Some(key), Some(value)) => format!("{key}={value}: "),
        (Some(key), None) => format!("{key}: "),
        (None, _) => String::new(),
    }
}

impl RowError {
    /// Names the attribute, unless one deeper inside has been named already.
    fn at(mut self, key: &str, value: crate::Value<'_>) -> Self {
        if self.key.is_none() {
            (self.key, self.value) = (Some(key.into()), Some(value.text().into_owned()));
        }
        self
    }
}

impl serde_core::de::Error for RowError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { key: None, value: None, message: message.to_string() }
    }
}

impl From<RowError> for Error {
    fn from(error: RowError) -> Self {
        Self::Row(error)
    }
}

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
