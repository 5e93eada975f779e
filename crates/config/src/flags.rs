//! The flags of the command line, as text. The binary reads them from there.

use std::path::PathBuf;

/// The flags that configure; `None` is a flag not given.
///
/// There is no `Debug`: somebody may have written a password into `--router`.
#[derive(Clone, Default)]
pub struct Flags {
    /// `--config`: the configuration file.
    pub config: Option<PathBuf>,
    /// `--listen`: `ADDR:PORT`.
    pub listen: Option<String>,
    /// `--base-path`: the path under which a proxy shows the server.
    pub base_path: Option<String>,
    /// `--open`: everybody who reaches the server may look.
    pub open: bool,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--lang`: `id` or `en`.
    pub lang: Option<String>,
    /// `--router`: `USER@HOST[:PORT]`, an IPv6 address in brackets.
    pub router: Option<String>,
    /// `--tls`: how that router's certificate is trusted.
    pub tls: Option<String>,
    /// `--log`: a level or a filter.
    pub log: Option<String>,
    /// `--log-format`: `human` or `json`.
    pub log_format: Option<String>,
}
