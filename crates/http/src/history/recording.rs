//! `GET /api/v1/recording`: whether samples are kept, how, and what that costs the routers and takes on the disk.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_history::{Recording as Writing, Status};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, millis};
use crate::routes::Parameters;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Recording)]
struct RecordingView {
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

/// For those who may see everything.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingDetails)]
struct Details {
    bytes: u64,
    dropped_ticks: u64,
    damaged_chunks: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_because: Option<String>,
    except: Vec<ExceptView>,
    except_kinds: Vec<String>,
    routers: Vec<CostView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecordingException)]
struct ExceptView {
    router: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
}

/// What recording costs a router: reads a minute, and how long the slowest recent one took.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingCost)]
struct CostView {
    router: String,
    reads_per_minute: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_ms: Option<u64>,
}

#[utoipa::path(
    get,
    path = "/api/v1/recording",
    tag = "history",
    params(
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = RecordingView))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let Ok(archive) = api.archive() else {
        let off = RecordingView { enabled: false, zone: None, interval_ms: None, state: None, details: None };
        return Ok(answer(off));
    };
    let recording = archive.recording();
    let (status, policy) = (recording.history().status(), recording.policy());
    let interval = api.monitor.settings().recording_interval;
    let details = Visibility::of(&request).sees_details().then(|| Details {
        bytes: status.bytes,
        dropped_ticks: status.dropped_ticks,
        damaged_chunks: status.damaged_chunks,
        stopped_because: match &status.recording {
            Writing::Stopped { cause, .. } => Some(cause.clone()),
            Writing::Running => None,
        },
        except: policy
            .except
            .iter()
            .map(|except| ExceptView { router: except.router.to_string(), interface: except.interface.clone() })
            .collect(),
        except_kinds: policy.except_kinds.iter().cloned().collect(),
        routers: api
            .monitor
            .routers()
            .iter()
            .filter(|router| policy.records(router.id()))
            .map(|router| CostView {
                router: router.id().to_string(),
                reads_per_minute: 60.0 / interval.max(router.settings().interval).as_secs_f64(),
                read_ms: router.status().timing.needed.map(millis),
            })
            .collect(),
    });
    Ok(answer(RecordingView {
        enabled: policy.enabled,
        zone: Some(archive.zone()),
        interval_ms: Some(millis(interval)),
        state: Some(state(&status)),
        details,
    }))
}

fn state(status: &Status) -> &'static str {
    match (&status.recording, status.replaying) {
        (Writing::Stopped { .. }, _) => "stopped",
        (Writing::Running, true) => "replaying",
        (Writing::Running, false) => "running",
    }
}
