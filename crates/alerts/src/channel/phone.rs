//! Telephone numbers as people write them, and as gateways want them.

use crate::Error;

/// The country's number as the gateways want it: `62…`, digits only; a group's id (`…@g.us`) as it is.
///
/// # Errors
/// [`Error::Channel`] where it is neither.
pub fn normalised(written: &str) -> Result<String, Error> {
    let written = written.trim();
    if let Some(group) = written.strip_suffix("@g.us") {
        if !group.is_empty() && group.chars().all(|c| c.is_ascii_digit() || c == '-') {
            return Ok(written.to_owned());
        }
        return Err(unreadable());
    }
    let number = ["@c.us", "@s.whatsapp.net"].iter().find_map(|end| written.strip_suffix(end)).unwrap_or(written);
    if number.chars().any(|c| !c.is_ascii_digit() && !" +-.()".contains(c)) {
        return Err(unreadable());
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let whole = match digits.as_bytes() {
        [b'0', rest @ ..] if rest.first().is_some_and(|next| *next != b'0') => format!("62{}", &digits[1..]),
        [b'8', ..] if !number.trim_start().starts_with('+') => format!("62{digits}"),
        _ => digits,
    };
    if (8..=15).contains(&whole.len()) { Ok(whole) } else { Err(unreadable()) }
}

fn unreadable() -> Error {
    Error::Channel("the number is neither a telephone number (08…, 62…) nor a group's id (…@g.us)".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_many_ways() {
        for written in ["0812-3456-7890", "+62 812 3456 7890", "81234567890", "6281234567890@c.us", " 081234567890 "] {
            assert_eq!(normalised(written).unwrap(), "6281234567890", "{written}");
        }
        assert_eq!(normalised("+81 3 1234 5678").unwrap(), "81312345678");
        assert_eq!(normalised("120363041234567890@g.us").unwrap(), "120363041234567890@g.us");
        assert_eq!(normalised("62812345-1600000000@g.us").unwrap(), "62812345-1600000000@g.us");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for written in ["", "budi", "08", "@g.us", "abc@g.us", "08123456789012345678", "00812"] {
            assert!(normalised(written).is_err(), "{written}");
        }
    }
}
