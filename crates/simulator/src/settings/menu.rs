//! Menus of your own: rows for any path that can be printed, fixed or computed at each print.

use std::fmt;
use std::sync::Arc;

/// One row of a menu: its properties in the order in which they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<(String, Vec<u8>)>);

impl Row {
    /// A row without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a property. The value may be in any code page.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
    }
}

/// A menu of your own, such as `/ip/address`. A client prints it with `.proplist`, queries, `count-only`, `from` and
/// `interval`, as any other.
#[derive(Clone)]
pub struct Menu {
    pub(crate) path: String,
    rows: Rows,
}

#[derive(Clone)]
enum Rows {
    Fixed(Arc<[Row]>),
    Computed(Arc<dyn Fn() -> Vec<Row> + Send + Sync>),
}

impl Menu {
    /// A menu with these rows. The path has no `/print` at its end.
    pub fn new(path: impl Into<String>, rows: impl IntoIterator<Item = Row>) -> Self {
        Self { path: path.into(), rows: Rows::Fixed(rows.into_iter().collect()) }
    }

    /// A menu whose rows are computed at each print. The closure must not wait for anything.
    pub fn from_fn(path: impl Into<String>, rows: impl Fn() -> Vec<Row> + Send + Sync + 'static) -> Self {
        Self { path: path.into(), rows: Rows::Computed(Arc::new(rows)) }
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        match &self.rows {
            Rows::Fixed(rows) => rows.to_vec(),
            Rows::Computed(rows) => rows(),
        }
    }
}

impl fmt::Debug for Menu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Menu").field("path", &self.path).finish_non_exhaustive()
    }
}
