//! The log: lines for people or JSON for machines, on standard error.

use std::io::{IsTerminal, stderr};

use lalin_config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

use crate::error::Error;
use crate::visible_text::VisibleLines;

/// Begins to log. A second call in one process changes nothing.
pub(crate) fn start(log: &Log) -> Result<(), Error> {
    // A plain level is meant for Lalin; the web server's own comings and goings are of no interest at info.
    let quiet = if log.level.contains('=') { "" } else { ",actix_server=warn" };
    let filter = EnvFilter::try_new(format!("{}{quiet}", log.level)).map_err(|error| Error::Log(error.to_string()))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let begun = match log.format {
        LogFormat::Human => lines
            .with_ansi(stderr().is_terminal())
            .with_target(false)
            .with_writer(VisibleLines { to: stderr, colours: stderr().is_terminal() })
            .try_init(),
        // What is for programs holds exactly what was said.
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if let Err(error) = begun {
        tracing::debug!(%error, "the log had begun already");
    }
    Ok(())
}
