//! Who may come in.

mod attempts;
mod origin;
