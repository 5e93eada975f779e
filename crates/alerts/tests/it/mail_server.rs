//! A small SMTP server for the tests, with STARTTLS and a certificate of its own.

use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the server is told to do.
#[derive(Clone)]
pub struct Manners {
    pub starttls: bool,
    /// The answer after a letter; asked each time.
    pub after_letter: Arc<dyn Fn(&str) -> String + Send + Sync>,
    /// Whom it refuses.
    pub refuses: &'static str,
}

impl Default for Manners {
    fn default() -> Self {
        Self { starttls: true, after_letter: Arc::new(|_| "250 2.0.0 queued as 1".into()), refuses: "nobody@" }
    }
}

pub struct MailServer {
    pub port: u16,
    /// The certificate, PEM.
    pub pem: String,
    letters: Arc<Mutex<Vec<String>>>,
    lines: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub async fn start(manners: Manners) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (letters, lines) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (kept, said) = (letters.clone(), lines.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk = Talk { manners: manners.clone(), letters: kept.clone(), lines: said.clone() };
                let acceptor = acceptor.clone();
                tokio::spawn(async move { talk.serve(stream, acceptor).await });
            }
        });
        Self { port, pem: certificate.pem(), letters, lines, task }
    }

    /// Letters as they came, with their headers.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commands that came without TLS.
    pub fn open_lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Talk {
    manners: Manners,
    letters: Arc<Mutex<Vec<String>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Talk {
    async fn serve(self, stream: TcpStream, acceptor: TlsAcceptor) -> Option<()> {
        let mut open = BufStream::new(stream);
        say(&mut open, "220 mail.test ESMTP").await?;
        loop {
            let line = heard(&mut open).await?;
            self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            match line.split(' ').next().unwrap_or_default() {
                "EHLO" if self.manners.starttls => say(&mut open, "250-mail.test\r\n250 STARTTLS").await?,
                "EHLO" => say(&mut open, "250 mail.test").await?,
                "STARTTLS" if self.manners.starttls => {
                    say(&mut open, "220 go ahead").await?;
                    let secured = acceptor.accept(open.into_inner()).await.ok()?;
                    return self.secured(BufStream::new(secured)).await;
                }
                "QUIT" => return say(&mut open, "221 bye").await,
                _ => say(&mut open, "530 STARTTLS first").await?,
            }
        }
    }

    async fn secured<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: BufStream<S>) -> Option<()> {
        loop {
            let line = heard(&mut stream).await?;
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => say(&mut stream, "250-mail.test\r\n250 AUTH PLAIN LOGIN").await?,
                "AUTH" if line == "AUTH PLAIN AG5vYwByYWhhc2lh" => say(&mut stream, "235 welcome").await?,
                "AUTH" => say(&mut stream, "535 5.7.8 wrong password").await?,
                "RCPT" if line.contains(self.manners.refuses) => say(&mut stream, "550 5.1.1 no such user").await?,
                "DATA" => {
                    say(&mut stream, "354 go ahead").await?;
                    let mut letter = String::new();
                    loop {
                        let line = heard(&mut stream).await?;
                        if line == "." {
                            break;
                        }
                        letter.push_str(&line);
                        letter.push('\n');
                    }
                    let answer = (self.manners.after_letter)(&letter);
                    self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
                    say(&mut stream, &answer).await?;
                }
                "QUIT" => return say(&mut stream, "221 bye").await,
                _ => say(&mut stream, "250 ok").await?,
            }
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>, line: &str) -> Option<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

async fn heard<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
