//! One server-sent event as bytes.

use bytes::Bytes;
use serde::Serialize;

/// The event `name` with `data` as JSON, in which there are no raw line breaks: one `data:` line holds all of it. `id` is
/// what a client that comes back sends as `Last-Event-ID`.
pub(crate) fn sse_event(name: &str, id: Option<(&str, u64)>, data: &impl Serialize) -> Bytes {
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(b"event: ");
    text.extend_from_slice(name.as_bytes());
    if let Some((epoch, seq)) = id {
        text.extend_from_slice(format!("\nid: {epoch}-{seq}").as_bytes());
    }
    text.extend_from_slice(b"\ndata: ");
    // Our own types always serialise; should one ever not, every test would see the empty object.
    if serde_json::to_writer(&mut text, data).is_err() {
        text.extend_from_slice(b"{}");
    }
    text.extend_from_slice(b"\n\n");
    text.into()
}
