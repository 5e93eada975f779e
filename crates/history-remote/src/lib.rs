//! A history in a Prometheus-compatible store (Prometheus, VictoriaMetrics, Mimir): written by remote write, asked by
//! PromQL.
//!
//! What is sent and asked is decided by [`lalin_history`], which knows no HTTP and no runtime; here it is said to a store.
//! A question blocks its thread, as a question to files does, and has a limit of time. An answer is whole or an error:
//! one from a part of a cluster's data would be a lower invoice.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use lalin_history::{History, Settings};
//! use lalin_history_remote::{Address, Store};
//! use lalin_remote_write as remote_write;
//!
//! let write = remote_write::Settings::new("http://127.0.0.1:8428/api/v1/write", "queue".into())?;
//! let store = Store::open(write, Address::new("http://127.0.0.1:8428")?)?;
//! let history = History::open_remote(Settings::new("history"), store.parts())?;
//! # drop(history);
//! # Ok(())
//! # }
//! ```
//!
//! | file | it holds |
//! | --- | --- |
//! | `address` | where is asked, and who we are there |
//! | `client` | one question and what became of it |
//! | `answer` | an answer's JSON |
//! | `sink` | samples to the queue of remote write |
//! | `store` | both together |

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking"))]

mod address;
mod answer;
mod client;
mod error;
mod sink;
mod store;

pub use address::Address;
pub use client::Client;
pub use error::Error;
pub use store::Store;
