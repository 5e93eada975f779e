//! Alerts through their public face: the engine in simulated time; real receivers, failing ones, and a process that is
//! killed while it sends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
mod alertmanager;
mod grouping;
mod kills;
mod kinds;
mod lines;
mod mail_server;
mod mails;
mod receiver;
mod restarts;
mod rig;
mod routers;
mod simulation;
mod telling;
mod webhooks;
