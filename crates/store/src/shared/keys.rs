//! Keys as they travel: `users.7`, `lines.pop-1.ether1.=`. Letters, digits, `-` and `_` stand for themselves, another byte
//! is `=` and two hexadecimal digits, an empty text `==`, and what is not there `=`.

use std::fmt::Write as _;

use data_encoding::HEXLOWER as HEX;
use rusqlite::types::Value;

use super::tables::{Aggregate, Column};

/// The key of a row.
pub(crate) fn written(aggregate: &Aggregate, values: &[Value]) -> String {
    let mut key = aggregate.name.to_owned();
    for value in values.iter().take(aggregate.key().len()) {
        key.push('.');
        match value {
            Value::Null => key.push('='),
            Value::Integer(number) => {
                let _ = write!(key, "{number}");
            }
            Value::Blob(bytes) => key.push_str(&HEX.encode(bytes)),
            Value::Text(text) if text.is_empty() => key.push_str("=="),
            Value::Text(text) => text.bytes().for_each(|byte| match byte {
                b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => key.push(char::from(byte)),
                other => {
                    let _ = write!(key, "={other:02x}");
                }
            }),
            // No key is one.
            Value::Real(_) => key.push('='),
        }
    }
    key
}

/// Which row a key means; `None` for one that this version does not know.
pub(crate) fn read(key: &str) -> Option<(&'static Aggregate, Vec<Value>)> {
    let mut parts = key.split('.');
    let aggregate = Aggregate::named(parts.next()?)?;
    let columns = aggregate.key();
    let values = columns.iter().map(|column| part(*column, parts.next()?)).collect::<Option<Vec<_>>>()?;
    parts.next().is_none().then_some((aggregate, values))
}

fn part(column: Column, part: &str) -> Option<Value> {
    if part == "=" {
        return Some(Value::Null);
    }
    Some(match column {
        Column::Number(_) => Value::Integer(part.parse().ok()?),
        Column::Bytes(_) => Value::Blob(HEX.decode(part.as_bytes()).ok()?),
        Column::Text(_) if part == "==" => Value::Text(String::new()),
        Column::Text(_) => {
            let mut bytes = Vec::with_capacity(part.len());
            let mut rest = part.bytes();
            while let Some(byte) = rest.next() {
                match byte {
                    b'=' => bytes.push(HEX.decode(&[rest.next()?, rest.next()?]).ok()?.first().copied()?),
                    other => bytes.push(other),
                }
            }
            Value::Text(String::from_utf8(bytes).ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let text = |text: &str| Value::Text(text.to_owned());
        let cases = [
            ("users", vec![Value::Integer(7)], "users.7"),
            ("lines", vec![text("pop.1"), text("ether1"), Value::Null], "lines.pop=2e1.ether1.="),
            ("lines", vec![text("a"), text("<pppoe-Ünal>"), Value::Integer(3)], "lines.a.=3cpppoe-=c3=9cnal=3e.3"),
            ("not_recorded", vec![text("all"), text(""), text("")], "not_recorded.all.==.=="),
            ("sessions", vec![Value::Blob(vec![1, 0xAB])], "sessions.01ab"),
            ("embed_origins", vec![], "embed_origins"),
            ("administrators", vec![], "administrators"),
        ];
        for (name, values, expected) in cases {
            let key = written(Aggregate::named(name).unwrap(), &values);
            assert_eq!(key, expected);
            let (aggregate, read) = read(&key).unwrap();
            assert_eq!((aggregate.name, read), (name, values));
        }
    }

    #[test]
    fn what_is_no_key_of_ours_is_none() {
        for key in ["", "users", "users.x", "users.1.2", "later.1", "sessions.xx", "lines.a.=4.=", "lines.a.=zz.="] {
            assert!(read(key).is_none(), "{key}");
        }
    }
}
