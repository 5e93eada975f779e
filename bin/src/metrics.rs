//! Metrics of the rooms that the API does not know: caches, history, alerts, remote write.

use std::sync::Arc;

use lalin_alerts::{Severity, State};
use lalin_fleet::{Alerting, Fleet, Recording};
use lalin_http::{ExtraFamily, ExtraMetrics};

#[cfg(feature = "cluster")]
use crate::cluster::Node;

#[cfg(feature = "remote-write")]
use lalin_fleet::RemoteWriting;
#[cfg(feature = "remote-write")]
use lalin_remote_write::Lost;

/// What there is to count beside what the API counts itself.
pub(crate) struct Sources {
    pub(crate) fleet: Fleet,
    pub(crate) recording: Option<Arc<Recording>>,
    pub(crate) alerting: Option<Arc<Alerting>>,
    #[cfg(feature = "remote-write")]
    pub(crate) remote_writing: Option<Arc<RemoteWriting>>,
    #[cfg(feature = "cluster")]
    pub(crate) node: Option<Arc<Node>>,
}

impl Sources {
    /// As what is made at each scrape.
    pub(crate) fn into_metrics(self) -> ExtraMetrics {
        ExtraMetrics::new(move || {
            let mut families = self.caches();
            families.extend(self.recording.as_deref().map(history).unwrap_or_default());
            families.extend(self.alerting.as_deref().map(alerts).unwrap_or_default());
            #[cfg(feature = "remote-write")]
            families.extend(self.remote_writing.as_deref().map(remote_write).unwrap_or_default());
            #[cfg(feature = "cluster")]
            families.extend(self.node.as_deref().map(cluster).unwrap_or_default());
            families
        })
    }

    fn caches(&self) -> Vec<ExtraFamily> {
        let counts = self.fleet.cache_counts();
        let results = [("hit", counts.hits), ("miss", counts.misses), ("shared", counts.shared), ("held", counts.held)];
        let results = results.map(|(result, count)| (result.to_owned(), count as f64));
        vec![
            ExtraFamily::by(
                "lalin_cache_requests",
                true,
                "Questions for a router's data: answered from memory (hit), by a read of the router (miss), by a read that \
                 was under way (shared), or by the failure of just before (held).",
                "result",
                results,
            ),
            ExtraFamily::counter("lalin_cache_stale", "Questions that were answered with stale data.", counts.stale),
        ]
    }
}

fn history(recording: &Recording) -> Vec<ExtraFamily> {
    let status = recording.history().status();
    let running = status.recording == lalin_history::Recording::Running;
    let sent = recording.history().sent().map(|sent| {
        [
            ExtraFamily::gauge(
                "lalin_history_store_pending_samples",
                "Samples that wait for the history's store.",
                sent.waiting as f64,
            ),
            ExtraFamily::counter(
                "lalin_history_store_lost_samples",
                "Samples that the history's store did not get: too old, no room in the queue, or refused.",
                sent.lost,
            ),
        ]
    });
    let mut families = vec![
        ExtraFamily::gauge("lalin_history_size_bytes", "What the history takes of the disk.", status.bytes as f64),
        ExtraFamily::gauge("lalin_history_recording", "1 while samples reach the disk.", f64::from(u8::from(running))),
        ExtraFamily::counter(
            "lalin_history_lost_ticks",
            "Ticks that did not fit into the queue.",
            status.dropped_ticks,
        ),
        ExtraFamily::counter("lalin_history_damaged_chunks", "Chunks that could not be read.", status.damaged_chunks),
    ];
    families.extend(sent.into_iter().flatten());
    families
}

/// What fires, and how telling it goes. A value of an alert is no label: it would be a new series each time.
fn alerts(alerting: &Alerting) -> Vec<ExtraFamily> {
    let active = alerting.active();
    let active = active.borrow();
    let fire = |severity: Severity| {
        let is_told = |state: &State| !matches!(state, State::Pending);
        active.iter().filter(|alert| alert.severity == severity && is_told(&alert.state)).count() as f64
    };
    let severities = [Severity::Info, Severity::Warning, Severity::Critical];
    let firing = severities.map(|severity| (severity.word().to_owned(), fire(severity)));
    let mut families = vec![ExtraFamily::by("lalin_alerts_firing", false, "Alerts that fire now.", "severity", firing)];
    let Some(channels) = alerting.channels() else { return families };
    let (mut told, mut waiting) = (Vec::new(), Vec::new());
    for counters in channels.all().into_iter().filter_map(|channel| channel.counters) {
        for (result, count) in [("sent", counters.sent), ("failed", counters.failed), ("lost", counters.lost)] {
            told.push((vec![("channel", counters.id.clone()), ("result", result.to_owned())], count as f64));
        }
        waiting.push((counters.id, counters.waiting as f64));
    }
    let help = "Messages of alerts by what became of them; lost are those that were given up.";
    families.push(ExtraFamily { name: "lalin_notifications", counter: true, help, samples: told });
    families.push(ExtraFamily::by("lalin_outbox_pending", false, "Messages that wait.", "channel", waiting));
    families
}

#[cfg(feature = "cluster")]
fn cluster(node: &Node) -> Vec<ExtraFamily> {
    let counts = node.counts();
    let living = node.nodes().iter().filter(|node| node.lives).count();
    let mut families = vec![
        ExtraFamily::gauge("lalin_cluster_nodes", "Machines of the cluster that live.", living as f64),
        ExtraFamily::gauge(
            "lalin_cluster_lease",
            "1 while this machine may ask the routers that it holds.",
            f64::from(u8::from(node.has_lease())),
        ),
        ExtraFamily::gauge("lalin_cluster_held_routers", "Routers that this machine asks.", node.load() as f64),
        ExtraFamily::gauge(
            "lalin_cluster_watched_routers",
            "Routers of other machines that somebody watches here.",
            counts.wanted as f64,
        ),
        ExtraFamily::counter("lalin_cluster_sent_frames", "Frames that were sent to other machines.", counts.sent),
        ExtraFamily::counter(
            "lalin_cluster_sent_bytes",
            "Bytes of frames and states that were sent.",
            counts.sent_bytes,
        ),
        ExtraFamily::counter("lalin_cluster_received", "Messages of other machines that came.", counts.received),
        ExtraFamily::counter(
            "lalin_cluster_dropped",
            "Messages that said nothing: of a machine whose turn was over, or not understood.",
            counts.dropped,
        ),
        ExtraFamily::counter(
            "lalin_cluster_missing",
            "Times that a frame was missing and was asked for.",
            counts.missing,
        ),
    ];
    let (mut behind, mut taken) = (Vec::new(), Vec::new());
    for (collector, lag) in node.lags() {
        let labels = vec![("node", collector.node), ("site", collector.site.unwrap_or_default())];
        behind.extend(lag.told().map(|behind| (labels.clone(), behind.as_secs_f64())));
        taken.push((labels, lag.ticks as f64));
    }
    if !taken.is_empty() {
        let help = "What a collector recorded in so many seconds may not be shown here yet; a few are usual.";
        let name = "lalin_cluster_history_behind_seconds";
        families.push(ExtraFamily { name, counter: false, help, samples: behind });
        let help = "Ticks that a collector recorded and this machine took in.";
        families.push(ExtraFamily { name: "lalin_cluster_history_ticks", counter: true, help, samples: taken });
    }
    families
}

#[cfg(feature = "remote-write")]
fn remote_write(writing: &RemoteWriting) -> Vec<ExtraFamily> {
    let counted = writing.counted();
    let lost = Lost::ALL.map(|why| (why.code().to_owned(), counted.lost(why) as f64));
    let mut families = vec![
        ExtraFamily::counter("lalin_remote_write_samples", "Samples that the receiver stored.", counted.stored),
        ExtraFamily::counter(
            "lalin_remote_write_assumed_samples",
            "Samples among them that it refused when they were sent again after an answer was lost: it had them.",
            counted.assumed,
        ),
        ExtraFamily::by("lalin_remote_write_dropped_samples", true, "Samples lost, by reason.", "reason", lost),
        ExtraFamily::counter("lalin_remote_write_retries", "Requests that had to be sent again.", counted.retries),
        ExtraFamily::gauge("lalin_remote_write_pending_samples", "Samples that wait.", counted.waiting as f64),
        ExtraFamily::gauge(
            "lalin_remote_write_queue_bytes",
            "What the queue takes of the disk.",
            counted.queue_bytes as f64,
        ),
    ];
    if let Some(newest) = counted.newest_ms {
        families.push(ExtraFamily::gauge(
            "lalin_remote_write_newest_sample_timestamp_seconds",
            "The time of the newest sample that the receiver stored.",
            newest as f64 / 1_000.0,
        ));
    }
    families
}
