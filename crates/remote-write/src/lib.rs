//! Remote write: every recorded sample to a Prometheus-compatible store, in order and once.
