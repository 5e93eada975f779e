//! What each kind of webhook sends, byte for byte where a receiver is particular about it.

use serde_json::json;

use super::*;
use crate::channel::receiver::{Receiver, Reply, Request};
use crate::channel::tests::delivery;
use crate::channel::{ChannelSettings, build};

async fn sent(
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    settings: impl FnOnce(&str) -> Value,
    secrets: Secrets,
    delivery: &Delivery,
) -> (Option<Request>, Result<Receipt, SendError>) {
    let receiver = Receiver::start(answer).await;
    let settings: ChannelSettings = serde_json::from_value(settings(&receiver.url(""))).unwrap();
    let secrets = match secrets.get("url") {
        Some(path) => Secrets::new().with("url", receiver.url(path)),
        None => secrets,
    };
    let channel = build(&settings, &secrets, &Transport::new(None).unwrap()).unwrap();
    let outcome = channel.send(delivery).await;
    (receiver.requests().into_iter().next(), outcome)
}

fn ok(body: &str) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    let body = body.to_owned();
    move |_| (200, body.clone()).into()
}

fn form(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn an_event_is_signed_over_the_bytes_that_are_sent() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let settings = |base: &str| json!({ "kind": "webhook", "url": format!("{base}/hook"), "signature": "both" });
    let secrets = Secrets::new().with("signing", secret);
    let (asked, outcome) = sent(ok("thanks"), settings, secrets, &delivery("a \"b\"\n")).await;
    assert_eq!(outcome.unwrap().answer, "thanks");
    let asked = asked.unwrap();
    let body = asked.json();
    assert_eq!((&body["type"], &body["data"]["text"]), (&json!("alert.fired"), &json!("a \"b\"\n")));
    let (id, seconds) = (asked.header("webhook-id").unwrap(), asked.header("webhook-timestamp").unwrap());
    assert_eq!((id, seconds), ("n-1", "1795000000"));
    let signer = Signer::new(Signature::Both, Some(secret)).unwrap();
    for (name, value) in signer.headers(id, 1_795_000_000, asked.body.as_bytes()) {
        assert_eq!(asked.header(name), Some(value.as_str()), "{name}");
    }
}

#[tokio::test]
async fn the_longest_event_stays_under_twenty_kilobytes() {
    let long = delivery(&"\"".repeat(crate::LONGEST_TEXT));
    let mut cut = long.clone();
    cut.notice = long.notice.shortened();
    cut.text = cut.notice.text.clone();
    assert!(event(&cut).to_string().len() < 20_000);
}

#[tokio::test]
async fn a_template_with_headers_and_a_form_serves_a_home_made_gateway() {
    let settings = |base: &str| {
        json!({
            "kind": "webhook",
            "url": format!("{base}/kirim/{{router}}"),
            "headers": { "X-Token": "{secret.token}", "X-Line": "{interface}" },
            "body": { "type": "form", "fields": { "nomor": "62812", "pesan": "{text}" } },
            "success": { "path": "hasil.ok", "equals": "ya" },
        })
    };
    let secrets = || Secrets::new().with("token", "rahasia");
    let (asked, outcome) = sent(ok(r#"{"Hasil":{"OK":"Ya"}}"#), settings, secrets(), &delivery("a&b=c")).await;
    outcome.unwrap();
    let asked = asked.unwrap();
    assert_eq!((asked.line.as_str(), asked.header("x-token")), ("POST /kirim/pusat", Some("rahasia")));
    assert_eq!(form(&asked), [("nomor".into(), "62812".into()), ("pesan".into(), "a&b=c".into())]);
    let (_, outcome) = sent(ok(r#"{"hasil":{"ok":"tidak"}}"#), settings, secrets(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::MessageFinal { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = |_: &Request| Reply::from((302, String::new())).with("location", "/elsewhere");
    let settings = |base: &str| json!({ "kind": "webhook", "url": base });
    let (_, outcome) = sent(answer, settings, Secrets::new(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::MessageFinal { status: Some(302), .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_endless_answer_is_read_to_its_limit() {
    let settings = |base: &str| json!({ "kind": "webhook", "url": base });
    let (_, outcome) = sent(ok(&"x".repeat(1_000_000)), settings, Secrets::new(), &delivery("a")).await;
    assert!(outcome.unwrap().answer.len() < 1_100);
}

#[tokio::test]
async fn fonnte_gets_a_form_and_says_no_with_two_hundred() {
    let settings = |base: &str| json!({ "kind": "fonnte", "target": "0812-3456-7890", "baseUrl": base });
    let secrets = || Secrets::new().with("token", "{tok}en");
    let taken = r#"{"status":true,"detail":"success! message in queue","id":["91"],"process":"pending"}"#;
    let (asked, outcome) = sent(ok(taken), settings, secrets(), &delivery("🔴 a&b")).await;
    assert_eq!(outcome.unwrap().handle.as_deref(), Some("91"));
    let asked = asked.unwrap();
    assert_eq!((asked.line.as_str(), asked.header("authorization")), ("POST /send", Some("{tok}en")));
    let fields = form(&asked);
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!((field("target"), field("message")), (Some("6281234567890"), Some("🔴 a&b")));
    assert_eq!((field("countryCode"), field("connectOnly")), (Some("0"), Some("true")));
    for (reason, paused) in [("request invalid on disconnected device", true), ("token invalid", false)] {
        let answer = format!(r#"{{"Status":false,"reason":"{reason}"}}"#);
        let (_, outcome) = sent(ok(&answer), settings, secrets(), &delivery("a")).await;
        assert_eq!(matches!(outcome, Err(SendError::ChannelPaused { .. })), paused, "{outcome:?}");
        assert_eq!(matches!(outcome, Err(SendError::ChannelFinal { .. })), !paused, "{outcome:?}");
    }
}

#[tokio::test]
async fn wablas_wants_its_group_as_text() {
    let settings = |base: &str| json!({ "kind": "wablas", "target": "120363041234567890@g.us", "baseUrl": base });
    let secrets = Secrets::new().with("token", "tok").with("secretKey", "key");
    let taken = r#"{"status":true,"data":{"quota":9,"messages":[{"id":"w1","status":"pending"}]}}"#;
    let (asked, outcome) = sent(ok(taken), settings, secrets, &delivery("a\"b")).await;
    assert_eq!(outcome.unwrap().handle.as_deref(), Some("w1"));
    let asked = asked.unwrap();
    assert_eq!((asked.line.as_str(), asked.header("authorization")), ("POST /api/v2/send-message", Some("tok.key")));
    let message = json!({ "phone": "120363041234567890", "message": "a\"b", "isGroup": "true", "ref_id": "n-1" });
    assert_eq!(asked.json(), json!({ "data": [message] }));
}

#[tokio::test]
async fn waha_waits_for_its_session_and_gowa_for_its_login() {
    let waha = |base: &str| json!({ "kind": "waha", "target": "0812345678", "baseUrl": base });
    let key = || Secrets::new().with("apiKey", "k");
    let (asked, outcome) = sent(|_| (201, r#"{"id":"true_x"}"#.into()).into(), waha, key(), &delivery("a")).await;
    outcome.unwrap();
    let asked = asked.unwrap();
    assert_eq!((asked.line.as_str(), asked.header("x-api-key")), ("POST /api/sendText", Some("k")));
    assert_eq!(asked.json(), json!({ "session": "default", "chatId": "62812345678@c.us", "text": "a" }));
    let (_, outcome) = sent(|_| (422, "{}".into()).into(), waha, key(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::ChannelPaused { .. })), "{outcome:?}");

    let gowa =
        |base: &str| json!({ "kind": "gowa", "target": "0812345678", "baseUrl": base, "user": "u", "device": "d" });
    let password = || Secrets::new().with("password", "p");
    let taken = r#"{"code":"SUCCESS","results":{"message_id":"3EB0"}}"#;
    let (asked, outcome) = sent(ok(taken), gowa, password(), &delivery("a")).await;
    assert_eq!(outcome.unwrap().handle.as_deref(), Some("3EB0"));
    let asked = asked.unwrap();
    assert_eq!((asked.header("authorization"), asked.header("x-device-id")), (Some("Basic dTpw"), Some("d")));
    assert_eq!(asked.json(), json!({ "phone": "62812345678@s.whatsapp.net", "message": "a" }));
    let (_, outcome) =
        sent(|_| (500, r#"{"message":"you are not loggin"}"#.into()).into(), gowa, password(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::ChannelPaused { .. })), "{outcome:?}");
}

#[tokio::test]
async fn ntfy_gets_json_at_the_root() {
    let settings = |base: &str| json!({ "kind": "ntfy", "topic": "noc", "baseUrl": base });
    let secrets = Secrets::new().with("token", "tk_1");
    let (asked, outcome) = sent(ok(r#"{"id":"x"}"#), settings, secrets, &delivery(&"é".repeat(4_000))).await;
    outcome.unwrap();
    let asked = asked.unwrap();
    assert_eq!((asked.line.as_str(), asked.header("authorization")), ("POST /", Some("Bearer tk_1")));
    let body = asked.json();
    assert_eq!((&body["topic"], &body["priority"], &body["tags"]), (&json!("noc"), &json!(5), &json!(["red_circle"])));
    assert!(body["message"].as_str().unwrap().len() <= 4_096);
}

#[tokio::test]
async fn discord_waits_for_the_message_and_pings_nobody() {
    let settings = |_: &str| json!({ "kind": "discord", "thread": "5" });
    let secrets = || Secrets::new().with("url", "/api/webhooks/1/tok");
    let answer = |_: &Request| {
        Reply::from((200, r#"{"id":"9"}"#.to_owned()))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset-after", "1.5")
    };
    let (asked, outcome) = sent(answer, settings, secrets(), &delivery("@everyone_x")).await;
    assert_eq!(outcome.unwrap().hold, Some(Duration::from_millis(1_500)));
    let asked = asked.unwrap();
    assert_eq!(asked.line, "POST /api/webhooks/1/tok?wait=true&thread_id=5");
    assert_eq!(asked.json(), json!({ "content": "@everyone\\_x", "allowed_mentions": { "parse": [] } }));
    let (_, outcome) = sent(|_| (404, "{}".into()).into(), settings, secrets(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::ChannelFinal { .. })), "{outcome:?}");
}

#[tokio::test]
async fn slack_escapes_three_letters_and_stops_where_the_channel_is_gone() {
    let settings = |_: &str| json!({ "kind": "slack" });
    let secrets = || Secrets::new().with("url", "/services/T/B/x");
    let (asked, outcome) = sent(ok("ok"), settings, secrets(), &delivery("a<b>&_c_")).await;
    outcome.unwrap();
    assert_eq!(asked.unwrap().json(), json!({ "text": "a&lt;b&gt;&amp;_c_" }));
    let (_, outcome) = sent(|_| (410, "channel_is_archived".into()).into(), settings, secrets(), &delivery("a")).await;
    assert!(matches!(outcome, Err(SendError::ChannelFinal { .. })), "{outcome:?}");
}
