//! The language of `?` words: each puts a boolean on a stack or works on those that are there. A row is kept if no
//! `false` is left at the end. Below its bottom the stack counts as `true`.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::router::Interface;

/// The query words of one command.
pub(crate) struct Query(Vec<Term>);

enum Term {
    Has(Vec<u8>),
    Lacks(Vec<u8>),
    Compare(Ordering, Vec<u8>, Vec<u8>),
    Operate(Vec<u8>),
}

impl Query {
    /// A query of these words, without their question marks.
    pub(crate) fn of(words: &[Vec<u8>]) -> Self {
        Self(words.iter().map(|word| Term::of(word)).collect())
    }

    /// Whether it keeps every row.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a row is kept, given the values of its properties.
    pub(crate) fn keeps<'a>(&self, value: impl Fn(&[u8]) -> Option<Cow<'a, [u8]>>) -> bool {
        let mut stack = Stack(Vec::new());
        for term in &self.0 {
            match term {
                Term::Has(key) => stack.push(value(key).is_some()),
                Term::Lacks(key) => stack.push(value(key).is_none()),
                Term::Compare(order, key, than) => {
                    stack.push(value(key).is_some_and(|value| compare(&value, than) == *order));
                }
                Term::Operate(operations) => stack.operate(operations),
            }
        }
        !stack.0.contains(&false)
    }

    /// Whether the row of an interface is kept.
    pub(crate) fn keeps_interface(&self, interface: &mut Interface) -> bool {
        if self.is_empty() {
            return true;
        }
        let counters = interface.counters();
        self.keeps(|key| interface.value(key, &counters))
    }
}

impl Term {
    fn of(word: &[u8]) -> Self {
        let pair = |word: &[u8]| {
            let mut parts = word.splitn(2, |&byte| byte == b'=').map(<[u8]>::to_vec);
            (parts.next().unwrap_or_default(), parts.next())
        };
        let compare = |order, word: &[u8]| {
            let (key, than) = pair(word);
            Self::Compare(order, key, than.unwrap_or_default())
        };
        match word {
            [b'-', key @ ..] => Self::Lacks(key.to_vec()),
            [b'#', operations @ ..] => Self::Operate(operations.to_vec()),
            [b'<', rest @ ..] => compare(Ordering::Less, rest),
            [b'>', rest @ ..] => compare(Ordering::Greater, rest),
            [b'=', rest @ ..] => compare(Ordering::Equal, rest),
            _ => match pair(word) {
                (key, None) => Self::Has(key),
                (key, Some(than)) => Self::Compare(Ordering::Equal, key, than),
            },
        }
    }
}

/// Compares numbers by value, booleans in both of their spellings, and everything else by bytes.
fn compare(value: &[u8], than: &[u8]) -> Ordering {
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    if let (Some(value), Some(than)) = (number(value), number(than)) {
        return value.cmp(&than);
    }
    match (value, than) {
        (b"true", b"yes") | (b"false", b"no") => Ordering::Equal,
        _ => value.cmp(than),
    }
}

struct Stack(Vec<bool>);

impl Stack {
    fn push(&mut self, truth: bool) {
        self.0.push(truth);
    }

    fn pop(&mut self) -> bool {
        self.0.pop().unwrap_or(true)
    }

    /// The value at an index; the top has 0.
    fn peek(&self, index: usize) -> bool {
        self.0.iter().rev().nth(index).copied().unwrap_or(true)
    }

    fn operate(&mut self, operations: &[u8]) {
        let mut index: Option<usize> = None;
        for &operation in operations {
            if operation.is_ascii_digit() {
                let digit = usize::from(operation - b'0');
                index = Some(index.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                continue;
            }
            let copied = index.take().map(|index| self.push(self.peek(index)));
            match operation {
                b'!' => {
                    let top = self.pop();
                    self.push(!top);
                }
                b'&' => {
                    let (top, next) = (self.pop(), self.pop());
                    self.push(top && next);
                }
                b'|' => {
                    let (top, next) = (self.pop(), self.pop());
                    self.push(top || next);
                }
                b'.' if copied.is_none() => self.push(self.peek(0)),
                _ => {}
            }
        }
        if let Some(index) = index {
            self.0 = vec![self.peek(index)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: [(&str, &str); 5] =
        [("name", "ether1"), ("type", "ether"), ("comment", "WAN"), ("rx-byte", "1000"), ("running", "true")];

    fn keeps(words: &[&str]) -> bool {
        let words: Vec<_> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let value = |key: &[u8]| {
            let (_, value) = ROW.iter().find(|(name, _)| name.as_bytes() == key)?;
            Some(Cow::Borrowed(value.as_bytes()))
        };
        Query::of(&words).keeps(value)
    }

    #[test]
    fn having_and_lacking() {
        assert!(keeps(&[]) && keeps(&["name"]) && keeps(&["-slave"]));
        assert!(!keeps(&["slave"]) && !keeps(&["-name"]) && !keeps(&["name", "slave"]));
    }

    #[test]
    fn comparing_texts_numbers_and_truths() {
        assert!(keeps(&["name=ether1"]) && keeps(&["=name=ether1"]) && !keeps(&["name=ether2"]));
        assert!(keeps(&[">rx-byte=999"]) && keeps(&["<rx-byte=20000"]) && !keeps(&[">rx-byte=1000"]));
        assert!(keeps(&[">comment="]) && !keeps(&[">slave="]));
        assert!(keeps(&["running=yes"]) && !keeps(&["running=no"]));
    }

    #[test]
    fn the_manuals_examples_mean_what_it_says() {
        assert!(keeps(&["type=ether", "type=vlan", "#|"]), "either of two types");
        assert!(!keeps(&["type=bridge", "type=vlan", "#|"]));
        assert!(keeps(&["type=vlan", "#!"]), "not of a type");
        assert!(keeps(&["type=ether", "running=true", "#&"]));
    }

    #[test]
    fn operations_by_index() {
        // A copy of the second from the top, which is false, turned: true or the top.
        assert!(keeps(&["slave", "name", "#1!", "#0"]));
        assert!(!keeps(&["slave", "name"]));
        assert!(!keeps(&["name", "slave", "#0"]), "only the top is left, and it is false");
        assert!(keeps(&["slave", "name", "#0"]), "only the top is left, and it is true");
        assert!(keeps(&["slave", "#.", "#!", "#|"]), "a copy of the top, turned, or the top");
        assert!(!keeps(&["slave", "#0."]), "after an index a point does nothing");
        assert!(keeps(&["#&|"]), "below the stack all is true");
        assert!(!keeps(&["#!"]));
    }
}
