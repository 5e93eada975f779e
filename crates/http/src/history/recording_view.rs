//! What is told of the recording: to everybody whether it runs, to those who may see everything also what it costs.

use std::collections::BTreeMap;

use lalin_fleet::{Except, RecordingPolicy};
use lalin_history::{Outlook, Recording as Writing, Status};
use lalin_store::RecordingChoice;
use serde::Serialize;
use utoipa::ToSchema;

use super::Archive;
use crate::api_state::ApiState;
use crate::json::millis;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Recording)]
pub(super) struct RecordingView {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ms: Option<u64>,
    /// `running`, `replaying` (what was recorded in the last hour is being read), or `stopped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(flatten)]
    details: Option<Details>,
}

impl RecordingView {
    /// Of a server that has no history.
    pub(super) fn off() -> Self {
        Self { enabled: false, zone: None, interval_ms: None, state: None, details: None }
    }

    pub(super) fn of(api: &ApiState, archive: &Archive, details: Option<Details>) -> Self {
        let recording = archive.recording();
        Self {
            enabled: recording.policy().enabled,
            zone: Some(archive.zone()),
            interval_ms: Some(millis(api.monitor.settings().recording_interval)),
            state: Some(state(&recording.history().status())),
            details,
        }
    }
}

/// For those who may see everything.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingDetails)]
pub(super) struct Details {
    bytes: u64,
    dropped_ticks: u64,
    damaged_chunks: u64,
    /// Where the samples are: `files`, or `prometheus`; then `bytes` is what waits to be sent.
    store: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_because: Option<String>,
    /// What is left out, by the file and by the page.
    except: Vec<ExceptView>,
    except_kinds: Vec<String>,
    from_file: FileView,
    chosen: ChosenView,
    routers: Vec<CostView>,
    disk: DiskView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecordingException)]
struct ExceptView {
    router: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
}

/// What the configuration leaves out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingOfFile)]
struct FileView {
    enabled: bool,
    except: Vec<ExceptView>,
    except_kinds: Vec<String>,
}

/// What was chosen, in the form in which it is changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingChoice)]
struct ChosenView {
    enabled: bool,
    routers: BTreeMap<String, bool>,
    except_kinds: Vec<String>,
    lines: Vec<LineView>,
    /// `null`: the configuration's time zone.
    zone: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecordingOfLine)]
struct LineView {
    router: String,
    interface: String,
    record: bool,
}

/// What recording costs a router: reads a minute, and how long the slowest recent one took.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingCost)]
struct CostView {
    router: String,
    record: bool,
    reads_per_minute: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_ms: Option<u64>,
}

/// How the disk fills.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingDisk)]
struct DiskView {
    used_bytes: u64,
    bytes_per_day: u64,
    /// When everything is as old as it gets.
    estimated_bytes: u64,
    limit_bytes: Option<u64>,
    free_bytes: Option<u64>,
    days_until_full: Option<u32>,
    /// `measured`, or `lines`: reckoned from the lines that are there.
    basis: &'static str,
}

impl Details {
    pub(super) fn of(api: &ApiState, archive: &Archive, chosen: &RecordingChoice, outlook: &Outlook) -> Self {
        let recording = archive.recording();
        let (status, policy, file) = (recording.history().status(), recording.policy(), recording.configured());
        let interval = api.monitor.settings().recording_interval;
        let cost = |router: &std::sync::Arc<lalin_monitor::Router>| {
            let record = policy.records(router.id());
            let minutes = interval.max(router.settings().interval).as_secs_f64() / 60.0;
            CostView {
                router: router.id().to_string(),
                record,
                reads_per_minute: if record { 1.0 / minutes } else { 0.0 },
                read_ms: router.status().timing.needed.map(millis),
            }
        };
        Self {
            bytes: status.bytes,
            dropped_ticks: status.dropped_ticks,
            damaged_chunks: status.damaged_chunks,
            store: if recording.history().is_remote() { "prometheus" } else { "files" },
            stopped_because: match &status.recording {
                Writing::Stopped { cause, .. } => Some(cause.clone()),
                Writing::Running => None,
            },
            except: excepted(&policy),
            except_kinds: policy.except_kinds.iter().cloned().collect(),
            from_file: FileView {
                enabled: file.enabled,
                except: excepted(file),
                except_kinds: file.except_kinds.iter().cloned().collect(),
            },
            chosen: ChosenView::of(chosen),
            routers: api.monitor.routers().iter().map(cost).collect(),
            disk: DiskView {
                used_bytes: outlook.used,
                bytes_per_day: outlook.daily,
                estimated_bytes: outlook.full.total(),
                limit_bytes: outlook.limit,
                free_bytes: outlook.free,
                days_until_full: outlook.full_in_days,
                basis: if outlook.measured { "measured" } else { "lines" },
            },
        }
    }
}

impl ChosenView {
    fn of(chosen: &RecordingChoice) -> Self {
        let line = |(router, interface): &(lalin_stats::RouterId, String)| LineView {
            router: router.to_string(),
            interface: interface.clone(),
            record: false,
        };
        Self {
            enabled: chosen.enabled,
            routers: chosen.routers.iter().map(|router| (router.to_string(), false)).collect(),
            except_kinds: chosen.kinds.iter().cloned().collect(),
            lines: chosen.lines.iter().map(line).collect(),
            zone: chosen.zone.clone(),
        }
    }
}

fn excepted(policy: &RecordingPolicy) -> Vec<ExceptView> {
    let view = |except: &Except| ExceptView { router: except.router.to_string(), interface: except.interface.clone() };
    policy.except.iter().map(view).collect()
}

fn state(status: &Status) -> &'static str {
    match (&status.recording, status.replaying) {
        (Writing::Stopped { .. }, _) => "stopped",
        (Writing::Running, true) => "replaying",
        (Writing::Running, false) => "running",
    }
}
