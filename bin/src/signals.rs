//! When to stop: SIGTERM from a supervisor, SIGINT or Ctrl+C from a person.

/// Resolves when somebody asks the program to stop.
pub(crate) async fn stop_asked() {
    let interrupt = async {
        // Without a handler the system ends the program by itself: then there is nothing to wait for here.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
