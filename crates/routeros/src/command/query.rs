//! Conditions on the items of a `print`: an expression, sent as RouterOS' stack of booleans.

use super::words::Words;

/// A condition on an item. RouterOS has no patterns: values are compared as a whole.
///
/// ```
/// use routeros::Query;
///
/// // Every Ethernet port that is not disabled, and everything with a comment.
/// let query = Query::equal("type", "ether").and(Query::equal("disabled", "true").negated()).or(Query::present("comment"));
/// ```
#[derive(Clone)]
pub struct Query {
    pub(super) words: Words,
    pub(super) fault: Option<&'static str>,
}

impl Query {
    /// The property has this value.
    pub fn equal(key: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(key, &[b"?", key.as_bytes(), b"=", value.as_ref()])
    }

    /// The property's value is less than this one.
    pub fn less(key: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(key, &[b"?<", key.as_bytes(), b"=", value.as_ref()])
    }

    /// The property's value is greater than this one.
    pub fn greater(key: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(key, &[b"?>", key.as_bytes(), b"=", value.as_ref()])
    }

    /// The item has this property.
    pub fn present(key: &str) -> Self {
        Self::word(key, &[b"?", key.as_bytes()])
    }

    /// The item lacks this property.
    pub fn absent(key: &str) -> Self {
        Self::word(key, &[b"?-", key.as_bytes()])
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.joined(&other, b"?#&")
    }

    /// One of them holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.joined(&other, b"?#|")
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(mut self) -> Self {
        self.words.push(&[b"?#!"]);
        self
    }

    fn word(key: &str, parts: &[&[u8]]) -> Self {
        let mut words = Words::default();
        words.push(parts);
        // At these a router would read an operator, or another key.
        let misread = key.is_empty() || key.starts_with(['-', '<', '>', '=', '#']) || key.contains('=');
        Self { words, fault: misread.then_some("a query's key is empty or would be read as an operator") }
    }

    fn joined(mut self, other: &Self, operator: &[u8]) -> Self {
        self.words.append(&other.words);
        self.words.push(&[operator]);
        self.fault = self.fault.or(other.fault);
        self
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.words.iter().map(String::from_utf8_lossy)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_sent_in_the_order_of_a_stack() {
        let query = Query::equal("type", "ether")
            .or(Query::greater("rx-byte", "5").negated())
            .and(Query::absent("comment").or(Query::present("name")));
        let words: Vec<_> = query.words.iter().map(String::from_utf8_lossy).collect();
        assert_eq!(words, ["?type=ether", "?>rx-byte=5", "?#!", "?#|", "?-comment", "?name", "?#|", "?#&"]);
    }

    #[test]
    fn a_name_of_a_foreign_code_page_is_sent_as_its_bytes() {
        let query = Query::equal("name", b"caf\xE9");
        assert_eq!(query.words.iter().next(), Some(&b"?name=caf\xE9"[..]));
    }
}
