//! E-mail over a provider's server: TLS always, never only where the server offers it.
//!
//! A retry has the same `Message-ID`, by which a receiver may drop the double; a clear answers its fire's.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpError, PoolConfig};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::transport::TIMEOUT;
use super::{Channel, Delivery, Rate, Receipt, Secrets, SendError, Transport, shown};
use crate::Error;

/// The connection, the certificate, a name, a password and the letter: a few answers, each within its own time.
const WHOLE: Duration = Duration::from_secs(45);
const MOST_RECIPIENTS: usize = 20;

/// Where and as whom mail is sent. Secret: `password`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailSettings {
    /// The server.
    pub host: String,
    /// 587 (STARTTLS) or 465 (TLS from the first byte).
    #[serde(default = "submission")]
    pub port: u16,
    /// TLS from the first byte; by default on port 465 alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implicit_tls: Option<bool>,
    /// The account there, if it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The sender, as `noc@isp.id` or `Lalin <noc@isp.id>`.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
}

pub(super) const SECRETS: &[&str] = &["password"];

fn submission() -> u16 {
    587
}

/// One list of recipients.
pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    pub(super) fn new(settings: MailSettings, secrets: &Secrets, over: &Transport) -> Result<Self, Error> {
        let mailbox = |text: &str, whose: &str| {
            text.parse::<Mailbox>().map_err(|_| Error::Channel(format!("{whose} address is none")))
        };
        let from = mailbox(&settings.from, "the sender's")?;
        let to = settings.to.iter().map(|text| mailbox(text, "a recipient's")).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() || to.len() > MOST_RECIPIENTS {
            return Err(Error::Channel(format!("there are 1 to {MOST_RECIPIENTS} recipients")));
        }
        let tls = |error: SmtpError| Error::Channel(format!("TLS: {error}"));
        let mut parameters = TlsParameters::builder(settings.host.clone());
        for der in over.extra() {
            parameters = parameters.add_root_certificate(Certificate::from_der(der.to_vec()).map_err(tls)?);
        }
        let parameters = parameters.build_rustls().map_err(tls)?;
        let implicit = settings.implicit_tls.unwrap_or(settings.port == 465);
        let tls = if implicit { Tls::Wrapper(parameters) } else { Tls::Required(parameters) };
        // "Dangerous" because it begins without TLS, which the next line requires.
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host)
            .tls(tls)
            .port(settings.port)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(1).idle_timeout(Duration::from_secs(30)));
        if let Some(user) = settings.user {
            let password = secrets.get("password").unwrap_or_default().to_owned();
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: transport.build(), from, to })
    }

    fn letter(&self, delivery: &Delivery, to: &[Mailbox]) -> Result<Message, SendError> {
        let notice = &delivery.notice;
        let domain = self.from.email.domain();
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(notice.at_ms).unwrap_or(0));
        let mut letter = Message::builder()
            .from(self.from.clone())
            .subject(notice.title.replace(['\r', '\n'], " "))
            .date(date)
            .message_id(Some(message_id(&notice.id, domain)))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for one in to {
            letter = letter.to(one.clone());
        }
        if let Some(answered) = &notice.answers {
            let answered = message_id(answered, domain);
            letter = letter.in_reply_to(answered.clone()).references(answered);
        }
        letter
            .body(delivery.text.clone())
            .map_err(|error| SendError::MessageFinal { status: None, why: error.to_string() })
    }

    async fn hand_over(&self, delivery: &Delivery, to: &[Mailbox]) -> Result<Receipt, SendError> {
        let letter = self.letter(delivery, to)?;
        match timeout(WHOLE, self.transport.send(letter)).await {
            Ok(Ok(response)) => {
                let code: u16 = response.code().into();
                let answer = shown(&format!("{code} {}", response.message().collect::<Vec<_>>().join(" ")));
                Ok(Receipt { status: Some(code), answer, ..Receipt::default() })
            }
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => Err(SendError::Again {
                status: None,
                after: None,
                unreachable: true,
                doubtful: true,
                why: "no answer in time".into(),
            }),
        }
    }
}

#[async_trait]
impl Channel for Mail {
    fn is_idempotent(&self) -> bool {
        true
    }

    fn rate(&self) -> Rate {
        Rate::new(20, Duration::from_secs(3))
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let whole = self.hand_over(delivery, &self.to).await;
        let Err(SendError::MessageFinal { .. }) = whole else { return whole };
        if self.to.len() < 2 {
            return whole;
        }
        // One wrong address must not keep the news from the others; who gets it twice sees one Message-ID.
        let (mut taken, mut refused) = (None, whole);
        for one in &self.to {
            match self.hand_over(delivery, std::slice::from_ref(one)).await {
                Ok(receipt) => taken = Some(receipt),
                Err(error @ SendError::MessageFinal { .. }) => refused = Err(error),
                Err(other) => return Err(other),
            }
        }
        match (taken, refused) {
            (Some(mut receipt), Err(error)) => {
                receipt.answer = shown(&format!("{}; not for everybody: {error}", receipt.answer));
                Ok(receipt)
            }
            (_, refused) => refused,
        }
    }
}

/// The same for the same notice; letters of the notice's own id might be none of a mail's.
fn message_id(notice: &str, domain: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, notice.as_bytes());
    let hex = HEXLOWER.encode(&hash.as_ref()[..16]);
    // Built from a checked address, so the domain fits.
    let domain = Address::new("lalin", domain).map_or_else(|_| "lalin.invalid".to_owned(), |a| a.domain().to_owned());
    format!("<{hex}@{domain}>")
}

fn refusal(error: &SmtpError) -> SendError {
    let status: Option<u16> = error.status().map(Into::into);
    let why = shown(&match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    });
    match status {
        // The account: wrong password, or it must log in first.
        Some(530 | 534 | 535 | 538) => SendError::ChannelFinal { status, why },
        _ if error.is_permanent() => SendError::MessageFinal { status, why },
        _ => SendError::Again { status, after: None, unreachable: status.is_none(), doubtful: status.is_none(), why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::tests::delivery;

    fn mail(to: &[&str]) -> Result<Mail, Error> {
        let settings = MailSettings {
            host: "mail.isp.id".into(),
            port: 587,
            implicit_tls: None,
            user: Some("noc".into()),
            from: "Lalin <noc@isp.id>".into(),
            to: to.iter().map(|one| (*one).to_owned()).collect(),
        };
        Mail::new(settings, &Secrets::new().with("password", "p"), &Transport::new(None).unwrap())
    }

    fn lines(mail: &Mail, delivery: &Delivery) -> String {
        String::from_utf8(mail.letter(delivery, &mail.to).unwrap().formatted()).unwrap()
    }

    #[tokio::test]
    async fn a_letter_is_the_same_each_time_and_a_clear_answers_its_fire() {
        let mail = mail(&["a@isp.id", "Budi <b@isp.id>"]).unwrap();
        let fired = delivery("🔴 PUTUS: ether1\r\n.\r\nx");
        let letter = lines(&mail, &fired);
        assert_eq!(letter, lines(&mail, &fired));
        assert!(letter.contains("Auto-Submitted: auto-generated\r\n"), "{letter}");
        assert!(letter.contains("Content-Type: text/plain; charset=utf-8"), "{letter}");
        let own = letter.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().replace("Message-ID: ", "");
        let mut cleared = delivery("🟢 PULIH");
        cleared.notice.id = "n-2".into();
        cleared.notice.answers = Some("n-1".into());
        cleared.notice.title = "a\r\nBcc: x@y.z".into();
        let letter = lines(&mail, &cleared);
        for header in ["In-Reply-To", "References"] {
            assert!(letter.contains(&format!("{header}: {own}\r\n")), "{letter}");
        }
        assert!(!letter.contains("\r\nBcc:"), "{letter}");
    }

    #[tokio::test]
    async fn addresses_are_checked() {
        assert!(mail(&[]).is_err());
        assert!(mail(&["nobody"]).is_err());
        assert!(mail(&["a@isp.id"; MOST_RECIPIENTS + 1]).is_err());
    }
}
