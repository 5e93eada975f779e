//! From rows to one message: a fire whose clear is there too, several alerts in one, a remark on what may be doubled.

use crate::channel::{Delivery, Moved};
use crate::{Notice, NoticeKind};

/// The longest text of several notices as one, in bytes: a WhatsApp screen or two.
const LONGEST_BUNDLE: usize = 3_500;

/// A notice that is about to be sent.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) seq: i64,
    pub(super) notice: Notice,
    /// The fire that goes in the same message.
    pub(super) merged: Option<Notice>,
    /// An earlier attempt may have arrived.
    pub(super) doubtful: bool,
    /// How the receiver calls the message that this answers, and its text.
    pub(super) answered: Option<(String, String)>,
    pub(super) attempts: u32,
}

/// What may come twice says so, where the receiver cannot tell.
fn text(item: &Item, idempotent: bool) -> String {
    let notice = &item.notice;
    let mut text = notice.text.clone();
    if let Some(fired) = &item.merged {
        // The clear comes first: it is what holds now.
        let lead = notice.language.pick("Kabar sebelumnya, tertunda:", "Earlier, delayed:");
        text = format!("{text}\n{lead} {}", fired.text);
    }
    if item.doubtful && !idempotent {
        text.push(' ');
        text.push_str(notice.language.pick("(mungkin terkirim dua kali)", "(may have been sent twice)"));
    }
    text
}

/// Whether one more has room in the same message.
pub(super) fn fits(items: &[Item], more: &Item) -> bool {
    items.iter().chain([more]).map(size).sum::<usize>() <= LONGEST_BUNDLE
}

fn size(item: &Item) -> usize {
    item.notice.text.len() + item.merged.as_ref().map_or(0, |fired| fired.text.len())
}

/// The message of one or several items; `None` for none.
pub(super) fn delivery(items: &[Item], idempotent: bool, address: Option<Moved>, now_ms: i64) -> Option<Delivery> {
    let first = items.first()?;
    let mut notice = first.notice.clone();
    let texts: Vec<String> = items.iter().map(|item| text(item, idempotent)).collect();
    if items.len() > 1 {
        notice.kind = NoticeKind::Digest;
        notice.severity = items.iter().map(|item| item.notice.severity).max().unwrap_or_default();
        notice.title = format!("{} (+{})", notice.title, items.len() - 1);
        notice.answers = None;
    }
    let answered = first.answered.clone().filter(|_| items.len() == 1);
    let (answers, answered_text) = answered.map_or((None, None), |(handle, text)| (Some(handle), Some(text)));
    Some(Delivery { notice, text: texts.join("\n\n"), answers, answered_text, address, now_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn item(text: &str) -> Item {
        let notice = Notice { text: text.into(), ..Notice::test("n".into(), Language::Id, 0) };
        Item { seq: 1, notice, merged: None, doubtful: false, answered: None, attempts: 1 }
    }

    fn sent(items: &[Item], idempotent: bool) -> String {
        delivery(items, idempotent, None, 0).unwrap().text
    }

    #[test]
    fn only_what_a_receiver_cannot_tell_apart_has_the_remark() {
        let doubtful = Item { doubtful: true, ..item("PUTUS.") };
        assert_eq!(sent(std::slice::from_ref(&doubtful), false), "PUTUS. (mungkin terkirim dua kali)");
        assert_eq!(sent(&[doubtful], true), "PUTUS.");
        assert_eq!(sent(&[item("PUTUS.")], false), "PUTUS.");
    }

    #[test]
    fn a_fire_and_its_clear_are_one_message() {
        let both = Item { merged: Some(item("PUTUS.").notice), ..item("PULIH.") };
        assert_eq!(sent(&[both], true), "PULIH.\nKabar sebelumnya, tertunda: PUTUS.");
    }

    #[test]
    fn several_go_as_one_as_long_as_they_fit() {
        let many: Vec<Item> = (0..5).map(|n| item(&format!("{n}{}", "x".repeat(999)))).collect();
        assert!(fits(&many[..2], &many[2]) && !fits(&many[..3], &many[3]));
        let one = delivery(&many[..2], true, None, 0).unwrap();
        assert_eq!((one.notice.kind, one.text.matches("\n\n").count()), (NoticeKind::Digest, 1));
        assert!(one.notice.title.ends_with("(+1)"));
        assert!(delivery(&[], true, None, 0).is_none());
    }
}
