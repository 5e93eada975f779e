//! A client's sentence split into path, tag, attributes and queries. Each command decides what they mean.

use crate::session::codec::Words;

/// A command as it was given.
#[derive(Debug, Default)]
pub(crate) struct Command {
    /// `/interface/print`.
    pub(crate) path: Vec<u8>,
    /// Repeated in every sentence of the reply.
    pub(crate) tag: Option<Vec<u8>>,
    /// The query words without their question mark, in order.
    pub(crate) queries: Vec<Vec<u8>>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// All words after the path, without the tag.
    pub(crate) words: Words,
}

impl Command {
    /// Splits a sentence. Words of any other kind are skipped.
    pub(crate) fn of(words: Words) -> Self {
        let mut words = words.into_iter();
        let mut command = Self { path: words.next().unwrap_or_default(), ..Self::default() };
        for word in words {
            if !word.starts_with(b".tag=") {
                command.words.push(word.clone());
            }
            if let Some(attribute) = word.strip_prefix(b"=") {
                let mut parts = attribute.splitn(2, |&byte| byte == b'=').map(<[u8]>::to_vec);
                command.attributes.push((parts.next().unwrap_or_default(), parts.next().unwrap_or_default()));
            } else if let Some(query) = word.strip_prefix(b"?") {
                command.queries.push(query.to_vec());
            } else if let Some(tag) = word.strip_prefix(b".tag=") {
                // An empty tag counts as none.
                command.tag = (!tag.is_empty()).then(|| tag.to_vec());
            }
        }
        command
    }

    /// The value of an attribute.
    pub(crate) fn get(&self, key: &str) -> Option<&[u8]> {
        self.attributes.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value.as_slice())
    }

    /// Whether a flag is set: it is present, and neither `false` nor `no`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| !matches!(value, b"false" | b"no"))
    }

    /// The name of the first attribute that is not among these.
    pub(crate) fn unknown_attribute(&self, known: &[&str]) -> Option<&[u8]> {
        let names = self.attributes.iter().map(|(name, _)| name.as_slice());
        names.into_iter().find(|name| !known.iter().any(|known| known.as_bytes() == *name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_split_whatever_its_order() {
        let words = ["/x/print", "?name=a", "=stats=", ".tag=a=b", "=comment=x=y", "=once", "?#!"];
        let command = Command::of(words.map(|word| word.as_bytes().to_vec()).to_vec());
        assert_eq!(command.path, b"/x/print");
        assert_eq!(command.tag.as_deref(), Some(&b"a=b"[..]));
        assert_eq!(command.queries, [&b"name=a"[..], b"#!"]);
        assert_eq!(command.get("comment"), Some(&b"x=y"[..]));
        assert!(command.flag("stats") && command.flag("once") && !command.flag("follow"));
        assert_eq!(command.unknown_attribute(&["stats", "once"]), Some(&b"comment"[..]));
    }

    #[test]
    fn a_flag_with_the_value_no_is_not_set() {
        let command = Command::of(vec![b"/x".to_vec(), b"=once=false".to_vec(), b".tag=".to_vec()]);
        assert!(!command.flag("once"));
        assert_eq!(command.tag, None);
    }
}
