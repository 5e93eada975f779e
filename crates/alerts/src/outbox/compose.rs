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
    /// An earlier attempt may have arrived.
    pub(super) doubtful: bool,
    /// How the receiver calls the message that this answers, and its text.
    pub(super) answered: Option<(String, String)>,
    pub(super) attempts: u32,
}

/// A clear that tells its fire too.
pub(super) fn merged(fired: &Notice, clear: Notice) -> Notice {
    // The clear comes first: it is what holds now.
    let lead = clear.language.pick("Kabar sebelumnya, tertunda:", "Earlier, delayed:");
    let text = format!("{}\n{lead} {}", clear.text, fired.text);
    Notice { text, ..clear }.shortened()
}

/// What may come twice says so, where the receiver cannot tell.
fn text(item: &Item, idempotent: bool) -> String {
    let notice = &item.notice;
    if !item.doubtful || idempotent {
        return notice.text.clone();
    }
    let remark = notice.language.pick("(mungkin terkirim dua kali)", "(may have been sent twice)");
    format!("{} {remark}", notice.text)
}

/// Whether one more has room in the same message.
pub(super) fn fits(items: &[Item], more: &Item) -> bool {
    items.iter().chain([more]).map(|item| item.notice.text.len()).sum::<usize>() <= LONGEST_BUNDLE
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
        Item { seq: 1, notice, doubtful: false, answered: None, attempts: 1 }
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
        let both = merged(&item("PUTUS.").notice, item("PULIH.").notice);
        assert_eq!(both.text, "PULIH.\nKabar sebelumnya, tertunda: PUTUS.");
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
