//! The chart: its truth, its controls and its exports.

mod chart_tools;
mod clock_changes;
mod gap_reasons;
mod modes_and_export;
mod partial_counters;
mod rates;
mod uncertain_rates;
mod windows;
