//! The answers where the samples are in a store elsewhere: the same questions, the same arithmetic, other ways to the
//! bytes.
//!
//! What is booked comes as rows of five minutes, summed by the store; what is not, and what lies at the edges of a range,
//! comes as samples and is summed here by the code that sums those of files.

mod history;
mod percentile;
mod usage;
