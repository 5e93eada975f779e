//! Makes the page's files of the web assets, when Lalin is built: without comments, joined, compressed, and under an
//! address that changes with their content.
//!
//! A program that did this at its start would need longer for it than for all the rest, and keep in memory what is in its
//! file anyway. Only the build script of `lalin-dashboard` calls it, so nothing of it is in the program.

mod bundle;
mod error;
mod files;
mod generated;
mod made;
mod page_texts;
mod slim;
mod sources;
mod write;

pub use error::Error;
pub use sources::{Sources, Texts};
pub use write::write;
