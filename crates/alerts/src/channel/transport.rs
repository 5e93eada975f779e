//! HTTP as every channel speaks it: no redirects, an answer within 15 s and 64 kB, errors without addresses.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, NoProxy, Proxy, RequestBuilder, Response, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use url::Url;

use super::SendError;
use crate::Error;

/// How long one request may take, from the connection to the last byte of the answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);
const LONGEST_BODY: usize = 64 * 1024;
/// What is reached without a proxy.
const NEAR: &str = "localhost,127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7";
/// A receiver that says to wait longer is asked again after this all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// What channels share: connections, and whom they trust. Cheap to clone.
///
/// The system's authorities are some two hundred files: they are read when the first request is sent, and most servers never
/// send one.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    extra: Vec<CertificateDer<'static>>,
    proxy: Option<Proxy>,
    limit: Duration,
    client: OnceCell<Client>,
}

/// A receiver's answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Transport {
    /// Trusts the system's authorities and those of a PEM file beside them.
    ///
    /// # Errors
    /// [`Error::Certificates`].
    pub fn new(extra_ca_pem: Option<&[u8]>) -> Result<Self, Error> {
        Self::with_timeout(extra_ca_pem, TIMEOUT)
    }

    /// The same with another time that one HTTP request may take.
    ///
    /// # Errors
    /// [`Error::Certificates`].
    pub fn with_timeout(extra_ca_pem: Option<&[u8]>, limit: Duration) -> Result<Self, Error> {
        Self::made(extra_ca_pem, None, limit)
    }

    /// The same through an HTTP proxy, for whatever is not on this machine or in a private network. Mail goes directly.
    ///
    /// # Errors
    /// [`Error::Certificates`]; [`Error::Channel`] where the proxy's address is none.
    pub fn through(extra_ca_pem: Option<&[u8]>, proxy: Option<&str>) -> Result<Self, Error> {
        Self::made(extra_ca_pem, proxy, TIMEOUT)
    }

    fn made(extra_ca_pem: Option<&[u8]>, proxy: Option<&str>, limit: Duration) -> Result<Self, Error> {
        let mut extra = Vec::new();
        if let Some(pem) = extra_ca_pem {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|error| Error::Certificates(error.to_string()))?;
                let added = RootCertStore::empty().add(certificate.clone());
                added.map_err(|error| Error::Certificates(error.to_string()))?;
                extra.push(certificate);
            }
            if extra.is_empty() {
                return Err(Error::Certificates("there is none in the file".into()));
            }
        }
        // The error would repeat the address, which may hold a password.
        let proxy = proxy.map(Proxy::all).transpose();
        let proxy = proxy.map_err(|_| Error::Channel("the proxy's address is none".into()))?;
        let proxy = proxy.map(|proxy| proxy.no_proxy(NoProxy::from_string(NEAR)));
        Ok(Self(Arc::new(Shared { extra, proxy, limit, client: OnceCell::new() })))
    }

    /// The client, made when it is asked for the first time.
    pub(crate) async fn client(&self) -> Result<&Client, SendError> {
        let shared = self.0.clone();
        let made = self.0.client.get_or_try_init(|| async {
            // Files are read for it.
            let made = tokio::task::spawn_blocking(move || shared.make_client()).await;
            made.map_err(|error| error.to_string()).flatten()
        });
        made.await.map_err(|why| SendError::ChannelFinal { status: None, why: format!("the certificates: {why}") })
    }

    /// The authorities beside the system's, DER.
    pub(crate) fn extra(&self) -> &[CertificateDer<'static>] {
        &self.0.extra
    }
}

impl Shared {
    fn make_client(&self) -> Result<Client, String> {
        let mut roots = RootCertStore::empty();
        // One that cannot be read must not take the others along.
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs.into_iter().chain(self.extra.iter().cloned()));
        // Given explicitly: a program that embeds this may have installed another provider, or none.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let builder = match self.proxy.clone() {
            Some(proxy) => Client::builder().proxy(proxy),
            None => Client::builder().no_proxy(),
        };
        builder
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(self.limit)
            .connect_timeout(self.limit.min(Duration::from_secs(10)))
            .pool_idle_timeout(Duration::from_secs(90))
            .pool_max_idle_per_host(2)
            .user_agent(concat!("Lalin/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.without_url().to_string())
    }
}

/// Sends a request and reads its answer.
pub(crate) async fn ask(request: RequestBuilder) -> Result<Answer, SendError> {
    let response = request.send().await.map_err(|error| failure(error, true))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // Who answered with a status has decided; a body that breaks off changes nothing of that.
    let body = body(response).await.unwrap_or_default();
    Ok(Answer { status, headers, body })
}

async fn body(mut response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= LONGEST_BODY {
            bytes.truncate(LONGEST_BODY);
            break;
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a failed request means. Its URL may hold a token and is left out.
fn failure(error: reqwest::Error, sent: bool) -> SendError {
    if error.is_builder() {
        return SendError::ChannelFinal { status: None, why: format!("the request: {}", chain(&error.without_url())) };
    }
    let connecting = error.is_connect();
    let why = if error.is_timeout() { "no answer in time".to_owned() } else { chain(&error.without_url()) };
    SendError::Again { status: None, after: None, unreachable: true, doubtful: sent && !connecting, why }
}

/// An error with its causes; reqwest's own text says little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    super::shown(&text)
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// How long the receiver asks to be left alone: whole seconds, or a date.
    pub(crate) fn retry_after(&self, now_ms: i64) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        wait_of(value).or_else(|| {
            let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond();
            Some(Duration::from_millis(u64::try_from(at - now_ms).unwrap_or(0)).min(LONGEST_WAIT))
        })
    }

    /// The rule for every receiver that has no better one: 408, 429 and 5xx again, the rest never.
    pub(crate) fn refused(&self, now_ms: i64, why: &str) -> SendError {
        let why = super::shown(&format!("HTTP {}: {why}", self.status));
        let status = Some(self.status);
        match self.status {
            408 | 429 | 500..=599 => SendError::Again {
                status,
                after: self.retry_after(now_ms),
                unreachable: false,
                // A gateway that lost its server does not know what became of the request.
                doubtful: matches!(self.status, 408 | 502 | 504),
                why,
            },
            // Nothing comes of a request that a redirect turns into another one.
            300..=399 => SendError::MessageFinal { status, why: format!("{why} (redirects are not followed)") },
            401 | 403 | 404 | 410 => SendError::ChannelFinal { status, why },
            _ => SendError::MessageFinal { status, why },
        }
    }
}

/// A URL that a request can go to. The error does not repeat it: it may hold a token.
pub(super) fn http_url(text: &str) -> Result<Url, Error> {
    let wrong = || Error::Channel("the address is not a URL that begins with http:// or https://".into());
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    Ok(url)
}

/// Seconds, with a fraction too.
pub(crate) fn wait_of(seconds: &str) -> Option<Duration> {
    let seconds: f64 = seconds.parse().ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::receiver::Receiver;

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, value.parse().unwrap());
        }
        Answer { status, headers, body: String::new() }
    }

    #[test]
    fn a_receiver_says_how_long_to_wait_in_seconds_or_as_a_date() {
        assert_eq!(answer(429, Some("7")).retry_after(0), Some(Duration::from_secs(7)));
        assert_eq!(answer(429, Some("999999999")).retry_after(0), Some(LONGEST_WAIT));
        let date = "Thu, 01 Jan 1970 00:01:00 GMT";
        assert_eq!(answer(429, Some(date)).retry_after(0), Some(Duration::from_secs(60)));
        assert_eq!(answer(429, Some(date)).retry_after(120_000), Some(Duration::ZERO));
        for nonsense in ["-1", "soon", "NaN"] {
            assert_eq!(answer(429, Some(nonsense)).retry_after(0), None, "{nonsense}");
        }
    }

    #[test]
    fn a_status_says_what_to_do() {
        let means = |status| answer(status, None).refused(0, "x");
        assert!(matches!(means(503), SendError::Again { doubtful: false, .. }));
        assert!(matches!(means(504), SendError::Again { doubtful: true, .. }));
        assert!(matches!(means(429), SendError::Again { .. }));
        assert!(matches!(means(302), SendError::MessageFinal { .. }));
        assert!(matches!(means(400), SendError::MessageFinal { .. }));
        assert!(matches!(means(410), SendError::ChannelFinal { .. }));
    }

    #[tokio::test]
    async fn an_error_names_no_address() {
        let transport = Transport::new(None).unwrap();
        let asked =
            ask(transport.client().await.unwrap().get("http://127.0.0.1:1/bot123:secret/send")).await.unwrap_err();
        assert!(matches!(&asked, SendError::Again { unreachable: true, doubtful: false, .. }), "{asked:?}");
        assert!(!asked.to_string().contains("secret"), "{asked}");
        let asked = ask(transport.client().await.unwrap().get("no url")).await.unwrap_err();
        assert!(matches!(asked, SendError::ChannelFinal { .. }), "{asked:?}");
    }

    #[tokio::test]
    async fn what_is_far_goes_through_the_proxy_and_what_is_near_does_not() {
        let proxy = Receiver::start(|_| (200, "by the proxy".into())).await;
        let near = Receiver::start(|_| (200, "directly".into())).await;
        let address = proxy.url("").replace("http://", "http://noc:rahasia@");
        let transport = Transport::through(None, Some(&address)).unwrap();
        let far = ask(transport.client().await.unwrap().get("http://api.telegram.invalid/bot1:x/getMe")).await.unwrap();
        assert_eq!(far.body, "by the proxy");
        let asked = proxy.requests().remove(0);
        assert_eq!(asked.line, "GET http://api.telegram.invalid/bot1:x/getMe");
        assert!(asked.header("proxy-authorization").is_some_and(|keys| keys.starts_with("Basic ")), "{asked:?}");
        assert_eq!(ask(transport.client().await.unwrap().get(near.url("/"))).await.unwrap().body, "directly");
        assert_eq!(proxy.requests().len(), 1);
        let wrong = Transport::through(None, Some("http://noc:rahasia@[")).unwrap_err().to_string();
        assert!(!wrong.contains("rahasia"), "{wrong}");
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        assert!(matches!(Transport::new(Some(b"nothing")), Err(Error::Certificates(_))));
    }
}
