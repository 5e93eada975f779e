//! The two versions of the protocol: samples as a compressed request body.

mod sample;
mod v1;
mod v2;

use std::collections::BTreeMap;

pub(crate) use sample::Sample;

/// A version that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}

impl Version {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::V1 => "application/x-protobuf",
            Self::V2 => "application/x-protobuf;proto=io.prometheus.write.v2.Request",
        }
    }

    /// The value of `X-Prometheus-Remote-Write-Version`.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::V1 => "0.1.0",
            Self::V2 => "2.0.0",
        }
    }
}

/// The body of a request.
pub(crate) fn body(version: Version, samples: &[Sample], labels: &BTreeMap<String, String>) -> Vec<u8> {
    let plain = match version {
        Version::V1 => v1::encode(samples, labels),
        Version::V2 => v2::encode(samples, labels),
    };
    // Fails only for more than 4 GiB; a request has 2,000 samples at most.
    snap::raw::Encoder::new().compress_vec(&plain).unwrap_or_default()
}
