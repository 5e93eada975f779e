//! How `/metrics` answers.

/// How `/metrics` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsSettings {
    /// A scrape counts as a viewer of every router for the lease of a poll, so that there are always samples.
    pub record: bool,
    /// Lines that the router makes itself, such as those of customers who dial in, are shown too.
    pub dynamic: bool,
    /// Samples carry the time at which they were read.
    pub timestamps: bool,
    /// The most lines of a scrape.
    pub most_lines: usize,
}

impl Default for MetricsSettings {
    fn default() -> Self {
        Self { record: false, dynamic: false, timestamps: true, most_lines: 100_000 }
    }
}
