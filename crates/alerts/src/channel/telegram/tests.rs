//! What is sent to a bot, and what each of its answers leads to.

use super::*;
use crate::channel::receiver::{Receiver, Reply, Request};
use crate::channel::tests::delivery;

const TOKEN: &str = "123456789:AAFabcdefghij_-1";
const TAKEN: &str = r#"{"ok":true,"result":{"message_id":77}}"#;

async fn bot(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Receiver, Telegram) {
    bot_with(answer, |_| {}).await
}

async fn bot_with(
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    change: impl FnOnce(&mut TelegramSettings),
) -> (Receiver, Telegram) {
    let receiver = Receiver::start(answer).await;
    let mut settings = TelegramSettings {
        chat_id: "-1001".into(),
        topic: None,
        base_url: receiver.url(""),
        on_clear: OnClear::EditAndReply,
        silent_info: false,
    };
    change(&mut settings);
    let secrets = Secrets::new().with("token", TOKEN);
    let telegram = Telegram::new(settings, &secrets, &Transport::new(None).unwrap()).unwrap();
    (receiver, telegram)
}

fn says(status: u16, description: &str) -> Reply {
    (status, format!(r#"{{"ok":false,"error_code":{status},"description":"{description}"}}"#)).into()
}

fn cleared() -> Delivery {
    let mut cleared = delivery("🟢 PULIH: ether1 <b> setelah 4 mnt.");
    cleared.notice.kind = NoticeKind::Cleared;
    cleared.answers = Some("55".into());
    cleared.answered_text = Some("🔴 PUTUS: ether1 & co".into());
    cleared
}

#[tokio::test]
async fn names_are_escaped_and_the_first_line_is_bold() {
    let (receiver, telegram) = bot(|_| (200, TAKEN.into()).into()).await;
    let receipt = telegram.send(&delivery("🔴 PUTUS: <pppoe-a&b_c>\nSejak 02.03")).await.unwrap();
    assert_eq!(receipt.handle.as_deref(), Some("77"));
    let asked = &receiver.requests()[0];
    assert_eq!(asked.line, format!("POST /bot{TOKEN}/sendMessage"));
    let body = asked.json();
    assert_eq!(body["text"], "<b>🔴 PUTUS: &lt;pppoe-a&amp;b_c&gt;</b>\nSejak 02.03");
    assert_eq!((&body["chat_id"], &body["parse_mode"]), (&json!(-1001), &json!("HTML")));
    assert_eq!(body["link_preview_options"]["is_disabled"], true);
}

#[tokio::test]
async fn a_clear_replies_and_then_edits_what_it_clears() {
    let (receiver, telegram) = bot(|_| (200, TAKEN.into()).into()).await;
    telegram.send(&cleared()).await.unwrap();
    let asked = receiver.requests();
    assert!(asked[0].line.ends_with("/sendMessage") && asked[1].line.ends_with("/editMessageText"));
    assert_eq!(asked[0].json()["reply_parameters"]["message_id"], 55);
    let edit = asked[1].json();
    assert_eq!(edit["message_id"], 55);
    assert_eq!(edit["text"], "<s>🔴 PUTUS: ether1 &amp; co</s>\n🟢 PULIH: ether1 &lt;b&gt; setelah 4 mnt.");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_done_and_one_of_a_deleted_message_is_told_anew() {
    let edits = |settings: &mut TelegramSettings| settings.on_clear = OnClear::Edit;
    let (receiver, telegram) = bot_with(|_| says(400, "Bad Request: message is not modified"), edits).await;
    telegram.send(&cleared()).await.unwrap();
    assert_eq!(receiver.requests().len(), 1);
    let answer = |asked: &Request| match asked.line.ends_with("editMessageText") {
        true => says(400, "Bad Request: message to edit not found"),
        false => (200, TAKEN.to_owned()).into(),
    };
    let (receiver, telegram) = bot_with(answer, edits).await;
    telegram.send(&cleared()).await.unwrap();
    assert!(receiver.requests()[1].line.ends_with("/sendMessage"));
}

#[tokio::test]
async fn a_group_that_moved_is_followed_and_remembered() {
    let answer = |asked: &Request| match asked.json()["chat_id"].as_i64() {
        Some(-1_001) => (
            400,
            concat!(
                r#"{"ok":false,"description":"Bad Request: group chat was upgraded to a supergroup chat","#,
                r#""parameters":{"migrate_to_chat_id":-1001234567890123}}"#
            )
            .to_owned(),
        )
            .into(),
        _ => (200, TAKEN.to_owned()).into(),
    };
    let (receiver, telegram) = bot(answer).await;
    let receipt = telegram.send(&delivery("a")).await.unwrap();
    assert_eq!(receipt.moved, Some(Moved { from: "-1001".into(), to: "-1001234567890123".into() }));
    telegram.send(&delivery("b")).await.unwrap();
    // After a restart it is known from the outbox, as long as the settings are the same.
    *telegram.moved.lock().unwrap() = None;
    for (from, expected) in [("-1001", "-5"), ("-77", "-1001")] {
        let address = Some(Moved { from: from.into(), to: "-5".into() });
        assert_eq!(telegram.chat(&Delivery { address, ..delivery("c") }), expected);
    }
    let chats: Vec<_> = receiver.requests().iter().map(|asked| asked.json()["chat_id"].clone()).collect();
    assert_eq!(chats, [json!(-1001), json!(-1_001_234_567_890_123_i64), json!(-1_001_234_567_890_123_i64)]);
}

#[tokio::test]
async fn unreadable_markup_goes_as_plain_text_and_a_deleted_topic_without_it() {
    let answer = |asked: &Request| match (asked.json().get("parse_mode"), asked.json().get("message_thread_id")) {
        (Some(_), _) => says(400, "Bad Request: can't parse entities: x"),
        (None, Some(_)) => says(400, "Bad Request: message thread not found"),
        _ => (200, TAKEN.to_owned()).into(),
    };
    let (receiver, telegram) = bot_with(answer, |settings| settings.topic = Some(9)).await;
    telegram.send(&delivery("a<b")).await.unwrap();
    assert_eq!(receiver.requests().last().unwrap().json()["text"], "a<b");
    assert_eq!(receiver.requests().len(), 3);
    let (receiver, telegram) = bot_with(|_| (200, TAKEN.into()).into(), |settings| settings.topic = Some(1)).await;
    telegram.send(&delivery("a")).await.unwrap();
    assert!(receiver.requests()[0].json().get("message_thread_id").is_none());
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    type Fits = fn(&SendError) -> bool;
    let cases: &[(u16, &str, Fits)] = &[
        (401, "Unauthorized", |e| matches!(e, SendError::ChannelFinal { .. })),
        (403, "Forbidden: bot was kicked from the group chat", |e| matches!(e, SendError::ChannelFinal { .. })),
        (400, "Bad Request: chat not found", |e| matches!(e, SendError::ChannelFinal { .. })),
        (400, "Bad Request: something else", |e| matches!(e, SendError::MessageFinal { .. })),
        (502, "Bad Gateway", |e| matches!(e, SendError::Again { .. })),
    ];
    for (status, description, expected) in cases {
        let (_receiver, telegram) = bot(move |_| says(*status, description)).await;
        let error = telegram.send(&delivery("a")).await.unwrap_err();
        assert!(expected(&error), "{description}: {error:?}");
        assert!(!error.to_string().contains("AAF"), "{error}");
    }
}

#[tokio::test]
async fn a_wait_is_read_from_the_body_first() {
    let body = r#"{"ok":false,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
    let (_receiver, telegram) = bot(|_| Reply::from((429, body.to_owned())).with("Retry-After", "9")).await;
    let Err(SendError::Again { after, .. }) = telegram.send(&delivery("a")).await else { panic!("taken") };
    assert_eq!(after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_connection_that_breaks_off_may_have_delivered() {
    let (_receiver, telegram) = bot(|_| Reply::breaking()).await;
    let Err(SendError::Again { doubtful, .. }) = telegram.send(&delivery("a")).await else { panic!("taken") };
    assert!(doubtful);
}

#[test]
fn a_text_is_cut_as_telegram_counts() {
    assert_eq!(cut(&"🔴".repeat(3_000)).encode_utf16().count(), LONGEST + 1);
    assert_eq!(cut("short"), "short");
}
