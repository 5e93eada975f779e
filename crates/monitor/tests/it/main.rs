//! The engine through its public API, under paused time, against scripted sources.

mod counters;
mod rates;
mod source;
mod viewers;
