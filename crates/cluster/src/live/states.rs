//! How the reads of a router go, as bytes.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Failure, Phase, RouterState, SourceError, Timing};
use tokio::time::Instant;

use super::bytes::{Malformed, Reader, Writer};

const PHASES: [Phase; 4] = [Phase::Connect, Phase::Login, Phase::Command, Phase::Read];
const TIMED_OUT: &str = "timed-out";

/// The code as this program has it; that of a newer machine's reason which this one does not know is the widest.
pub(super) fn known_code(code: &str) -> &'static str {
    match code {
        TIMED_OUT => TIMED_OUT,
        _ => worded(code, "").code(),
    }
}

/// The error of this code, or the widest.
fn worded(code: &str, detail: &str) -> SourceError {
    let detail: Arc<str> = detail.into();
    SourceError::with_words(code, detail.clone()).unwrap_or(SourceError::Unreachable { detail })
}

pub(super) fn write(writer: &mut Writer, state: &RouterState, timing: Timing, now: Instant) {
    let code = match state {
        RouterState::Idle => 0,
        RouterState::Connecting => 1,
        RouterState::Live => 2,
        RouterState::Stale(_) => 3,
        RouterState::Unreachable(_) => 4,
    };
    writer.byte(code);
    for time in [timing.needed, timing.limit] {
        writer.maybe(time.map(micros));
    }
    if let Some(failure) = state.failure() {
        reason(writer, &failure.reason);
        writer.number(u64::from(failure.attempt));
        writer.maybe(failure.retry_at.map(|at| micros(at.saturating_duration_since(now))));
    }
}

pub(super) fn read(reader: &mut Reader<'_>, now: Instant) -> Result<(RouterState, Timing), Malformed> {
    let code = reader.byte()?;
    let mut time = || Ok(reader.maybe()?.map(Duration::from_micros));
    let timing = Timing { needed: time()?, limit: time()?, longest: None };
    let mut failure = || {
        let reason = read_reason(reader)?;
        let attempt = u32::try_from(reader.number()?).map_err(|_| Malformed)?;
        let retry_at = reader.maybe()?.and_then(|in_us| now.checked_add(Duration::from_micros(in_us)));
        Ok(Failure { reason, attempt, retry_at })
    };
    let state = match code {
        0 => RouterState::Idle,
        1 => RouterState::Connecting,
        2 => RouterState::Live,
        3 => RouterState::Stale(failure()?),
        4 => RouterState::Unreachable(failure()?),
        _ => return Err(Malformed),
    };
    Ok((state, timing))
}

/// Why a read failed, with the words that go with it.
fn reason(writer: &mut Writer, reason: &SourceError) {
    writer.text(reason.code());
    match (reason, reason.words()) {
        (SourceError::TimedOut { phase, after }, _) => {
            writer.byte(PHASES.iter().position(|known| known == phase).unwrap_or_default() as u8);
            writer.number(micros(*after));
        }
        (_, Some(words)) => writer.text(words),
        // A reason that came after this was written.
        (other, None) => writer.text(&other.to_string()),
    }
}

fn read_reason(reader: &mut Reader<'_>) -> Result<SourceError, Malformed> {
    let code = reader.text()?;
    if code == TIMED_OUT {
        let phase = *PHASES.get(usize::from(reader.byte()?)).ok_or(Malformed)?;
        return Ok(SourceError::TimedOut { phase, after: Duration::from_micros(reader.number()?) });
    }
    Ok(worded(code, reader.text()?))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX - 1)
}
