//! A connection, with or without TLS, and how long to wait for it.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader};

/// The longest anything may take, on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// What both kinds of connection can do.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(crate) type Connection = BufReader<Box<dyn Stream>>;
