//! The engine: who is watched, sampling, rates, the recent window, the broadcast.
