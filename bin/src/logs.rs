//! The log: lines for people or JSON for machines, on standard error; and its level, which can be changed while it runs.

use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, PoisonError};

use lalin_config::{Log, LogFormat};
use lalin_http::LogLevel;
use tracing_subscriber::EnvFilter;

use crate::error::Error;
use crate::visible_text::VisibleLines;

/// Puts a filter in the place of the one in effect.
type Reload = Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>;

/// The level in effect, and how it is changed.
pub(crate) struct Level {
    filter: Mutex<String>,
    /// `None` where somebody else had begun to log in this process.
    reload: Option<Reload>,
}

impl std::fmt::Debug for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Level").field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl LogLevel for Level {
    fn filter(&self) -> String {
        self.filter.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, filter: &str) -> Result<(), String> {
        let reload = self.reload.as_ref().ok_or("this process logs elsewhere")?;
        let filter = filter.trim();
        let before = self.filter();
        // Said at the level that is left, or nobody would know why it has become quiet.
        tracing::info!(from = before, to = filter, "the log's level is changed");
        reload(parsed(filter)?)?;
        filter.clone_into(&mut self.filter.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

/// Begins to log. A second call in one process changes nothing.
pub(crate) fn start(log: &Log) -> Result<Arc<dyn LogLevel>, Error> {
    let filter = parsed(&log.level).map_err(Error::Log)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let failed = |error: tracing_subscriber::reload::Error| error.to_string();
    let (begun, reload): (_, Reload) = match log.format {
        LogFormat::Human => {
            let lines = lines
                .with_ansi(stderr().is_terminal())
                .with_target(false)
                .with_writer(VisibleLines { to: stderr, colours: stderr().is_terminal() })
                .with_filter_reloading();
            let handle = lines.reload_handle();
            (lines.try_init(), Box::new(move |filter| handle.reload(filter).map_err(failed)))
        }
        // What is for programs holds exactly what was said.
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_filter_reloading();
            let handle = lines.reload_handle();
            (lines.try_init(), Box::new(move |filter| handle.reload(filter).map_err(failed)))
        }
    };
    if let Err(error) = &begun {
        tracing::debug!(%error, "the log had begun already");
    }
    let reload = begun.is_ok().then_some(reload);
    Ok(Arc::new(Level { filter: Mutex::new(log.level.clone()), reload }))
}

/// A plain level is meant for Lalin; what the web server and the client of NATS say of themselves is of no interest at info.
fn parsed(level: &str) -> Result<EnvFilter, String> {
    let quiet = if level.contains('=') { "" } else { ",actix_server=warn,async_nats=warn" };
    EnvFilter::try_new(format!("{level}{quiet}")).map_err(|error| error.to_string())
}
