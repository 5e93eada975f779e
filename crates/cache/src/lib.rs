//! Decorators around a `StatsSource`.
