//! Alerts through their public face: real receivers, failing ones, and a process that is killed while it sends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
mod alertmanager;
mod kills;
mod mail_server;
mod mails;
mod receiver;
mod rig;
mod webhooks;
