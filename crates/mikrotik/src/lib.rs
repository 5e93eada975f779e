//! A MikroTik router as a `StatsSource`.
