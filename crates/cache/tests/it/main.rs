//! The decorators, through their public API, under a paused clock.

mod cached;
mod composed;
mod invalidation;
mod observed;
mod sources;
mod stale;
mod temperature;
mod timeout;
