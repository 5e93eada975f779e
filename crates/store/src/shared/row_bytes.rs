//! Rows as they travel: tables, and of each row every column with its name, so that a node of a neighbouring version
//! reads what it knows. Lengths are before what they count; numbers are little-endian.

use rusqlite::types::Value;

/// A row: its columns with their names.
pub(crate) type Row = Vec<(String, Value)>;
/// Tables with some of their rows.
pub(crate) type Rows = Vec<(String, Vec<Row>)>;

/// The first byte of what this version writes.
const FORM: u8 = 1;

pub(crate) fn written(rows: &Rows) -> Vec<u8> {
    let mut bytes = vec![FORM];
    count(&mut bytes, rows.len());
    for (table, rows) in rows {
        text(&mut bytes, table);
        count(&mut bytes, rows.len());
        for row in rows {
            count(&mut bytes, row.len());
            for (name, value) in row {
                text(&mut bytes, name);
                match value {
                    Value::Null => bytes.push(0),
                    Value::Integer(number) => {
                        bytes.push(1);
                        bytes.extend(number.to_le_bytes());
                    }
                    Value::Text(value) => {
                        bytes.push(2);
                        text(&mut bytes, value);
                    }
                    Value::Blob(value) => {
                        bytes.push(3);
                        blob(&mut bytes, value);
                    }
                    Value::Real(number) => {
                        bytes.push(4);
                        bytes.extend(number.to_le_bytes());
                    }
                }
            }
        }
    }
    bytes
}

/// `None` for what is damaged, or of a form that this version does not know.
pub(crate) fn read(bytes: &[u8]) -> Option<Rows> {
    let mut rest = bytes.strip_prefix(&[FORM])?;
    let rest = &mut rest;
    let mut tables = Rows::new();
    for _ in 0..taken_count(rest)? {
        let table = taken_text(rest)?;
        let mut rows = Vec::new();
        for _ in 0..taken_count(rest)? {
            let mut row = Row::new();
            for _ in 0..taken_count(rest)? {
                let name = taken_text(rest)?;
                let value = match taken(rest, 1)?.first()? {
                    0 => Value::Null,
                    1 => Value::Integer(i64::from_le_bytes(taken(rest, 8)?.try_into().ok()?)),
                    2 => Value::Text(taken_text(rest)?),
                    3 => {
                        let length = taken_count(rest)?;
                        Value::Blob(taken(rest, length)?.to_vec())
                    }
                    4 => Value::Real(f64::from_le_bytes(taken(rest, 8)?.try_into().ok()?)),
                    _ => return None,
                };
                row.push((name, value));
            }
            rows.push(row);
        }
        tables.push((table, rows));
    }
    rest.is_empty().then_some(tables)
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    blob(bytes, text.as_bytes());
}

fn blob(bytes: &mut Vec<u8>, blob: &[u8]) {
    count(bytes, blob.len());
    bytes.extend(blob);
}

fn taken<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn taken_count(rest: &mut &[u8]) -> Option<usize> {
    let count = u32::from_le_bytes(taken(rest, 4)?.try_into().ok()?);
    usize::try_from(count).ok()
}

fn taken_text(rest: &mut &[u8]) -> Option<String> {
    let length = taken_count(rest)?;
    String::from_utf8(taken(rest, length)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn rows() -> Rows {
        let row = vec![
            ("id".to_owned(), Value::Integer(-7)),
            ("name".to_owned(), Value::Text("Ünal".to_owned())),
            ("grants".to_owned(), Value::Null),
            ("hash".to_owned(), Value::Blob(vec![0, 255])),
            ("share".to_owned(), Value::Real(0.5)),
        ];
        vec![("users".to_owned(), vec![row, Row::new()]), ("none".to_owned(), Vec::new())]
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        assert_eq!(read(&written(&rows())), Some(rows()));
        assert_eq!(read(&written(&Rows::new())), Some(Rows::new()));
    }

    #[test]
    fn what_is_cut_or_longer_or_of_another_form_is_none() {
        let bytes = written(&rows());
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read(&[&bytes[..], b"x"].concat()), None);
        assert_eq!(read(&[&[9], &bytes[1..]].concat()), None);
        // A length that nobody has: refused before anything of the size is made.
        assert_eq!(read(&[FORM, 255, 255, 255, 255]), None);
    }
}
