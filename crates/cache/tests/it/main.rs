//! The decorators, through their public API, under a paused clock.

mod cached;
mod composed;
mod sources;
mod timeout;
