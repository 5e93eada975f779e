//! A value on its way into the configuration: with the place where it was written, for the message if it cannot be used.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use crate::{Error, Origin};

/// A value and where it was written.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl<T> Setting<T> {
    pub(crate) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// Turns the value into its type; the problem names what it should be.
    pub(crate) fn parse<U>(
        self,
        field: &'static str,
        parse: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<Setting<U>, Error> {
        match parse(self.value) {
            Ok(value) => Ok(Setting { value, origin: self.origin }),
            Err(problem) => Err(Error::Invalid { field, origin: self.origin, problem }),
        }
    }
}

/// The configuration file's path and text: they name the place of a value.
pub(crate) struct FileText<'a>(pub(crate) Option<(&'a Path, &'a str)>);

impl FileText<'_> {
    pub(crate) fn at(&self, span: Range<usize>) -> Origin {
        let (path, text) = self.0.unwrap_or((Path::new(""), ""));
        Origin::file(path, text, span)
    }

    /// A value of the file, if it is there.
    pub(crate) fn setting<T>(&self, value: Option<Spanned<T>>) -> Option<Setting<T>> {
        value.map(|value| {
            let origin = self.at(value.span());
            Setting::new(value.into_inner(), origin)
        })
    }
}

/// An empty text sets nothing.
pub(crate) fn not_empty(setting: Option<Setting<String>>) -> Option<Setting<String>> {
    setting.filter(|setting| !setting.value.is_empty())
}
/// Parses every value of a list; an error names the place of the value that is wrong.
pub(crate) fn list<T>(
    text: &FileText<'_>,
    values: Vec<Spanned<String>>,
    field: &'static str,
    one: fn(String) -> Result<T, String>,
) -> Result<Vec<T>, Error> {
    let read = |value: Spanned<String>| {
        let origin = text.at(value.span());
        Ok(Setting::new(value.into_inner(), origin).parse(field, one)?.value)
    };
    values.into_iter().map(read).collect()
}
