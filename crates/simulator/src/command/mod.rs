//! The commands that a client may give once it is logged in, one file each. `/login`, `/cancel` and `/quit` are not
//! here: they change the session itself, so the session answers them.

mod duration;
mod ethernet;
mod follow;
mod menus;
mod monitor;
mod print;
mod query;
mod reply;
mod run;
mod scripted;
mod sentence;

#[cfg(feature = "world")]
pub(crate) use duration::parse as parse_duration;
pub(crate) use reply::Reply;
pub(crate) use run::run;
pub(crate) use sentence::Command;
