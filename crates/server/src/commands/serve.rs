//! `numberline serve`: the product.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{compose::App, config::Config, logs, roles};

/// How long requests and steps in flight may take to finish after SIGTERM.
const GRACE: Duration = Duration::from_secs(7);

/// How long twins and database pools may take to close after that. What it cuts short, the next start takes up.
const CLOSING: Duration = Duration::from_secs(2);

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logs::start(&config.log_level);
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        warn!(%error, "the limit of open files stays as it is");
    }
    let listener = TcpListener::bind(config.http.listen).await.with_context(|| {
        format!("cannot listen on {}; is it taken? Set PORT or BIND to another", config.http.listen)
    })?;
    let address = listener.local_addr()?;
    let app = App::compose(config, address).await?;
    let (no_requests, no_work) = (CancellationToken::new(), CancellationToken::new());
    let work = tokio::spawn(roles::run(app.clone(), no_work.clone()));
    let server = tokio::spawn(serve(listener, app.router(), no_requests.clone()));
    if let Some(welcome) = app.welcome() {
        super::say(&welcome)?;
    }
    stop_signal().await;
    info!("stopping: finishing what is in flight");
    no_requests.cancel();
    app.hang_up();
    // Requests may still enqueue work, so they end first.
    let finished = async {
        let _ = server.await;
        no_work.cancel();
        let _ = work.await;
    };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        warn!("some work is not finished; it goes on at the next start");
    }
    if tokio::time::timeout(CLOSING, app.close()).await.is_err() {
        warn!("some connections are still in use; they end with the process");
    }
    Ok(())
}

/// Serves until told to stop, then lets requests in flight finish.
async fn serve(listener: TcpListener, router: axum::Router, stop: CancellationToken) -> std::io::Result<()> {
    use axum::serve::ListenerExt;
    let listener = listener.tap_io(|stream| {
        // Without it an answer waits for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
    });
    let service: IntoMakeServiceWithConnectInfo<_, SocketAddr> = router.into_make_service_with_connect_info();
    axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await
}

/// Resolves at SIGTERM or Ctrl-C.
pub(super) async fn stop_signal() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
