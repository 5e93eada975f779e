//! One session: reads sentences, answers them, one task a running command.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{interval, sleep};

use crate::config::Login;
use crate::router::{Fault, Router, lock};
use crate::wire::{self, Words};

/// What a session writes to.
struct Output<S> {
    to: Mutex<WriteHalf<S>>,
    router: Arc<Router>,
}

/// Serves one connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, router: Arc<Router>) {
    router.counts.connections.fetch_add(1, Ordering::SeqCst);
    let mut cuts = router.cuts.subscribe();
    tokio::select! {
        () = talk(stream, router.clone()) => {}
        _ = cuts.changed() => {}
    }
}

/// Counts an open session for as long as it lives.
struct Open(Arc<Router>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.counts.open_sessions.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, router: Arc<Router>) {
    let (mut reader, writer) = tokio::io::split(stream);
    let output = Arc::new(Output { to: Mutex::new(writer), router: router.clone() });
    let mut commands = JoinSet::new();
    let mut running: Vec<(Vec<u8>, AbortHandle)> = Vec::new();
    let mut open: Option<Open> = None;
    let mut challenge: Option<[u8; 16]> = None;
    while let Some((words, bytes)) = wire::read(&mut reader).await {
        router.counts.bytes_in.fetch_add(bytes, Ordering::SeqCst);
        while commands.try_join_next().is_some() {}
        running.retain(|(_, handle)| !handle.is_finished());
        let fault = router.fault.borrow().clone();
        match fault {
            Fault::Silent => continue,
            Fault::Cut if open.is_some() => return,
            Fault::Delay(time) => sleep(time).await,
            Fault::HostileLength => {
                let _ = output.to.lock().await.write_all(&[0xF0, 0x7F, 0xFF, 0xFF, 0xFF]).await;
                continue;
            }
            Fault::Fatal(message) => {
                output.say(b"!fatal", None, &[], Some(message.as_bytes())).await;
                return;
            }
            _ => {}
        }
        let tag = words.iter().find_map(|word| word.strip_prefix(b".tag=")).map(<[u8]>::to_vec);
        let tag = tag.as_deref();
        let argument = |key: &str| {
            let mark = format!("={key}=");
            words.iter().find_map(|word| word.strip_prefix(mark.as_bytes()))
        };
        match (words[0].as_slice(), &open) {
            (b"/login", None) => {
                let (user, password, login, most) = {
                    let config = lock(&router.config);
                    (config.user.clone(), config.password.clone(), config.login, config.max_sessions)
                };
                let most = if let Fault::SessionLimit(most) = *router.fault.borrow() { most } else { most };
                if router.counts.open_sessions.load(Ordering::SeqCst) >= most {
                    return;
                }
                let named = argument("name") == Some(user.as_bytes());
                let right = match (login, &challenge, argument("response")) {
                    (Login::Plain, _, _) => argument("password") == Some(password.as_bytes()),
                    (Login::Challenge, Some(challenge), Some(response)) => {
                        let mut text = vec![0];
                        text.extend_from_slice(password.as_bytes());
                        text.extend_from_slice(challenge);
                        format!("00{:x}", md5::compute(text)).as_bytes() == response
                    }
                    (Login::Challenge, _, _) => {
                        let bytes: [u8; 16] = std::array::from_fn(|_| fastrand::u8(..));
                        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                        challenge = Some(bytes);
                        output.say(b"!done", tag, &[("ret", text.into_bytes())], None).await;
                        continue;
                    }
                };
                if named && right && *router.fault.borrow() != Fault::WrongPassword {
                    router.counts.logins.fetch_add(1, Ordering::SeqCst);
                    router.counts.open_sessions.fetch_add(1, Ordering::SeqCst);
                    open = Some(Open(router.clone()));
                    output.say(b"!done", tag, &[], None).await;
                } else {
                    router.counts.failed_logins.fetch_add(1, Ordering::SeqCst);
                    let message = match login {
                        Login::Plain => "invalid user name or password (6)",
                        Login::Challenge => "cannot log in",
                    };
                    output.trap(tag, None, message).await;
                    output.say(b"!done", tag, &[], None).await;
                }
            }
            (_, None) => {
                output.say(b"!fatal", tag, &[], Some(b"not logged in")).await;
                return;
            }
            (b"/quit", _) => {
                output.say(b"!fatal", tag, &[], Some(b"session terminated on request")).await;
                return;
            }
            (b"/cancel", _) => {
                router.counts.cancels.fetch_add(1, Ordering::SeqCst);
                let target = argument("tag").map(<[u8]>::to_vec);
                let mut hit = Vec::new();
                running.retain(|(running, handle)| {
                    let meant = target.as_ref().is_none_or(|target| target == running);
                    if meant {
                        handle.abort();
                        hit.push(running.clone());
                    }
                    !meant
                });
                for tag in &hit {
                    output.trap(Some(tag), Some(2), "interrupted").await;
                }
                // The cancel's own end comes before that of what it cancelled.
                output.say(b"!done", tag, &[], None).await;
                for tag in &hit {
                    output.say(b"!done", Some(tag), &[], None).await;
                }
            }
            _ => {
                router.counts.commands.fetch_add(1, Ordering::SeqCst);
                let (output, own) = (output.clone(), tag.map(<[u8]>::to_vec).unwrap_or_default());
                let handle = commands.spawn(async move { output.run(words).await });
                running.push((own, handle));
            }
        }
    }
}

impl<S: AsyncWrite + AsyncRead> Output<S> {
    async fn run(&self, words: Words) {
        let tag = words.iter().find_map(|word| word.strip_prefix(b".tag="));
        let argument = |key: &str| {
            let mark = format!("={key}=");
            words
                .iter()
                .find_map(|word| word.strip_prefix(mark.as_bytes()))
                .map(|value| String::from_utf8_lossy(value).into_owned())
        };
        let proplist = argument(".proplist");
        let wanted = |key: &str| proplist.as_ref().is_none_or(|list| list.split(',').any(|wanted| wanted == key));
        match words[0].as_slice() {
            b"/interface/print" => {
                self.router.counts.prints.fetch_add(1, Ordering::SeqCst);
                if *self.router.fault.borrow() == Fault::NoPermission {
                    self.trap(tag, None, "not enough permissions (9)").await;
                    return self.say(b"!done", tag, &[], None).await;
                }
                let queries: Vec<&[u8]> = words.iter().filter_map(|word| word.strip_prefix(b"?")).collect();
                let mut reply = Vec::new();
                for interface in lock(&self.router.interfaces).iter() {
                    let row = interface.row();
                    let matches = queries
                        .iter()
                        .all(|query| row.iter().any(|(key, value)| [key.as_bytes(), b"=", value].concat() == *query));
                    if matches {
                        sentence(b"!re", tag, row.iter().filter(|(key, _)| wanted(key)).cloned(), None, &mut reply);
                    }
                }
                sentence(b"!done", tag, [], None, &mut reply);
                self.send(&reply).await;
            }
            b"/interface/monitor-traffic" => {
                let names = argument("interface").unwrap_or_default();
                let mut seconds = interval(Duration::from_secs(1));
                for section in 0.. {
                    seconds.tick().await;
                    let mut reply = Vec::new();
                    for interface in lock(&self.router.interfaces).iter() {
                        if !names.split(',').any(|name| name.as_bytes() == interface.spec.name) {
                            continue;
                        }
                        let (rx, tx) = interface.rates();
                        let mut row = vec![
                            ("name", interface.spec.name.clone()),
                            ("rx-bits-per-second", format!("{rx:.0}").into_bytes()),
                            ("tx-bits-per-second", format!("{tx:.0}").into_bytes()),
                        ];
                        if argument("once").is_none() {
                            row.push((".section", section.to_string().into_bytes()));
                        }
                        sentence(b"!re", tag, row, None, &mut reply);
                    }
                    if argument("once").is_some() {
                        sentence(b"!done", tag, [], None, &mut reply);
                        return self.send(&reply).await;
                    }
                    self.send(&reply).await;
                }
            }
            b"/system/identity/print" => {
                let name = lock(&self.router.config).identity.clone().into_bytes();
                self.say(b"!re", tag, &[("name", name)], None).await;
                self.say(b"!done", tag, &[], None).await;
            }
            b"/system/resource/print" => {
                let uptime = lock(&self.router.booted).elapsed().as_secs();
                let row = [
                    ("uptime", format!("{uptime}s").into_bytes()),
                    ("version", b"7.18 (stable)".to_vec()),
                    ("board-name", b"CHR".to_vec()),
                    ("cpu-load", b"3".to_vec()),
                ];
                self.say(b"!re", tag, &row, None).await;
                self.say(b"!done", tag, &[], None).await;
            }
            _ => {
                self.trap(tag, Some(0), "no such command").await;
                self.say(b"!done", tag, &[], None).await;
            }
        }
    }

    async fn trap(&self, tag: Option<&[u8]>, category: Option<u32>, message: &str) {
        let mut row = vec![("message", message.as_bytes().to_vec())];
        if let Some(category) = category {
            row.insert(0, ("category", category.to_string().into_bytes()));
        }
        self.say(b"!trap", tag, &row, None).await;
    }

    async fn say(&self, kind: &[u8], tag: Option<&[u8]>, row: &[(&'static str, Vec<u8>)], bare: Option<&[u8]>) {
        let mut bytes = Vec::new();
        sentence(kind, tag, row.iter().cloned(), bare, &mut bytes);
        self.send(&bytes).await;
    }

    async fn send(&self, bytes: &[u8]) {
        let fault = self.router.fault.borrow().clone();
        let mut to = self.to.lock().await;
        let (part, chunk) = match fault {
            Fault::Silent => (0, usize::MAX),
            Fault::HalfSentence => (bytes.len() / 2, usize::MAX),
            Fault::Chunked(size) => (bytes.len(), size.max(1)),
            _ => (bytes.len(), usize::MAX),
        };
        for piece in bytes[..part].chunks(chunk) {
            if to.write_all(piece).await.is_err() || to.flush().await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        self.router.counts.bytes_out.fetch_add(part as u64, Ordering::SeqCst);
    }
}

fn sentence(
    kind: &[u8],
    tag: Option<&[u8]>,
    row: impl IntoIterator<Item = (&'static str, Vec<u8>)>,
    bare: Option<&[u8]>,
    to: &mut Vec<u8>,
) {
    wire::word(kind, to);
    if let Some(tag) = tag {
        wire::word(&[b".tag=", tag].concat(), to);
    }
    for (key, value) in row {
        wire::word(&[b"=", key.as_bytes(), b"=", &value].concat(), to);
    }
    if let Some(bare) = bare {
        wire::word(bare, to);
    }
    to.push(0);
}
