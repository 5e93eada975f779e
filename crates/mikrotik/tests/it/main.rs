//! A router's source against the simulated router: in memory under a paused clock, and over TCP.

mod facts;
mod outage;
mod refusal;
mod rig;
mod session;
mod tcp;
