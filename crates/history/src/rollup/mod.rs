//! From samples to coarser rows: minutes, five minutes, hours, or as many points as somebody asks for.
//!
//! What lies on both sides of an edge is split in proportion, in whole bytes, so that the sum is what it was. Whatever is
//! computed here can be computed again from what is kept, with the same result.

mod bucket;
mod fold;
mod rows;

pub(crate) use bucket::{Bucket, Grid, Portion, rate};
pub(crate) use fold::{Window, fold, fold_bucket};
pub(crate) use rows::{FOR_PERCENTILE, MISSING, RECEIVED, Row, SENT, bucket_of, row_of};
