//! Times as people write them in a call.

use lalin_history::Zone;

use crate::error::Error;

/// A moment of a flag.
pub(super) fn moment(zone: &Zone, flag: &'static str, text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    zone.moment(text).map(Some).ok_or_else(|| Error::Moment { flag, text: text.to_owned() })
}
