//! The other sites whose pages may show the traffic: those of the configuration, and those that an administrator named.

use std::sync::{Arc, PoisonError, RwLock};

/// The origins of other sites. Cheap to clone; a change is in effect at once, wherever it is asked.
#[derive(Clone, Debug, Default)]
pub struct EmbedOrigins(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    from_file: Vec<String>,
    kept: RwLock<Vec<String>>,
}

impl EmbedOrigins {
    pub(crate) fn new(from_file: Vec<String>, kept: Vec<String>) -> Self {
        Self(Arc::new(Inner { from_file, kept: RwLock::new(kept) }))
    }

    /// All of them.
    pub fn all(&self) -> Vec<String> {
        let mut all = self.0.from_file.clone();
        all.extend(self.kept().into_iter().filter(|origin| !self.0.from_file.contains(origin)));
        all
    }

    /// Whether the pages of this origin may show the traffic.
    pub fn allow(&self, origin: &str) -> bool {
        let kept = self.0.kept.read().unwrap_or_else(PoisonError::into_inner);
        self.0.from_file.iter().chain(&*kept).any(|known| known == origin)
    }

    pub(crate) fn configured(&self) -> &[String] {
        &self.0.from_file
    }

    pub(crate) fn kept(&self) -> Vec<String> {
        self.0.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep(&self, origins: Vec<String>) {
        *self.0.kept.write().unwrap_or_else(PoisonError::into_inner) = origins;
    }
}
