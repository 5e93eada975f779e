//! A row of the table of `cargo xtask bench`.

/// What, how much, the bar, and whether it is reached.
pub(super) type Row = [String; 4];
