//! The dashboard in a real Chromium, over the real binary and a simulated router.
//!
//! What is proved here is what a person sees: nothing in these tests knows how a room does its work. The router is
//! simulated because only then the truth is known; everything between its socket and the pixels is what users run.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod browser;
mod chromedriver;
mod embedding;
mod eventually;
mod figures;
mod hand;
mod page;
mod people;
mod picker;
mod proxy;
mod router;
mod series;
mod server;
mod setup;
mod wall_clock;

mod access;
mod below_path;
mod choosing;
mod clock;
mod fallback;
mod healing;
mod jitter;
mod languages;
mod layout;
mod load;
mod names;
mod outages;
mod overview;
mod partial;
mod places;
mod requests;
mod speeds;
mod taking;
mod tools;
mod trouble;
mod watching;
