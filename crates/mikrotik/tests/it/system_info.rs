//! What the router tells of itself.

use std::time::Duration;

use lalin_stats::SourceError;
use routeros_simulator::Fault;
use tokio::time::{sleep, timeout};

use crate::rig::{Rig, SECOND};

#[tokio::test(start_paused = true)]
async fn a_router_tells_of_itself_on_the_session_of_the_reads() {
    let rig = Rig::new();
    sleep(93_784 * SECOND).await;
    rig.good().await;
    let router = rig.router.clone();
    let info = tokio::spawn(async move { router.system_info().await }).await.unwrap().unwrap();
    assert_eq!(info.identity.as_deref(), Some("MikroTik"));
    assert_eq!((info.board.as_deref(), info.architecture.as_deref()), (Some("CHR"), Some("x86_64")));
    assert_eq!(info.version.as_deref(), Some("7.18.2 (stable)"));
    assert_eq!(info.uptime, Some(Duration::from_secs(93_784)));
    assert_eq!(info.cpu_percent, Some(3));
    assert_eq!((info.memory_used, info.memory_total), (Some(1_073_741_824 - 855_638_016), Some(1_073_741_824)));
    assert_eq!(info.sessions, Some(1), "one customer's line");
    assert_eq!((rig.attempts(), rig.handle.usage().logins), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn asking_opens_the_session_and_gives_up_in_time() {
    let rig = Rig::new();
    rig.router.system_info().await.unwrap();
    assert_eq!(rig.attempts(), 1);
    rig.handle.set_fault(Fault::Silent);
    let failure = timeout(4 * SECOND, rig.router.system_info()).await.expect("within the limit of a read").unwrap_err();
    assert!(matches!(failure.reason, SourceError::TimedOut { .. }), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_said() {
    let rig = Rig::new();
    rig.good().await;
    rig.handle.set_fault(Fault::NoPermission);
    let failure = rig.router.system_info().await.unwrap_err();
    assert!(matches!(failure.reason, SourceError::NotPermitted { .. }), "{failure:?}");
}
