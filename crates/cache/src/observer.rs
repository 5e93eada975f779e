//! What a cache tells whoever counts or logs it.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::Reading;

/// Is told what a [`Cached`](crate::Cached) does; for metrics and logs.
///
/// It is called on the callers' own way and must be quick. No lock is held meanwhile, so it may use the cache. A panic
/// in it is caught and does no harm beyond the event it missed.
pub trait Observer<T, E>: Send + Sync + 'static {
    /// Something happened.
    fn on_event(&self, event: &Event<'_, T, E>);
}

impl<T, E, O: Observer<T, E> + ?Sized> Observer<T, E> for Arc<O> {
    fn on_event(&self, event: &Event<'_, T, E>) {
        (**self).on_event(event);
    }
}

/// What happened. Each call of `read` is exactly one of `Hit`, `Miss`, `SharedRead` and `HeldFailure`; each read of the
/// inner source that comes to an end is `Refreshed` or `Failed`, or neither where its own data is stale already.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a, T, E> {
    /// A caller was served from memory, with data of this age.
    Hit {
        /// The age of the data.
        age: Duration,
    },
    /// A caller's question began a read of the inner source.
    Miss,
    /// A caller joined the read under way.
    SharedRead,
    /// A caller came just after a failed read and was answered with that failure, or with stale data because of it.
    HeldFailure {
        /// The failure.
        error: &'a E,
    },
    /// The inner source gave fresh data, which is remembered.
    Refreshed {
        /// The data.
        reading: &'a Reading<T, E>,
    },
    /// A read of the inner source failed.
    Failed {
        /// Why.
        error: &'a E,
        /// The age of the last good data, if there is any.
        age: Option<Duration>,
    },
    /// A caller was given stale data.
    StaleServed {
        /// Why it is not fresh.
        error: &'a E,
        /// The age of the data.
        age: Duration,
    },
}
