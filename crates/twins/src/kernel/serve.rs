//! Two loopback servers: the vendor's API, and the control API on a port of its own, because a vendor answers 401 on
//! every path when the credentials are wrong.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::loopback;

/// How long requests in flight may take at a graceful stop.
const GRACE: Duration = Duration::from_secs(2);

/// The answer that is none: as a response it marks the connection to be closed without a byte.
///
/// Over a socket the client sees the connection end. In process, look for it among the response's extensions
/// ([`Cut::marks`]).
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is closed without an answer")]
pub struct Cut;

impl Cut {
    /// Whether this response stands for a connection that closes without an answer.
    pub fn marks<B>(response: &axum::http::Response<B>) -> bool {
        response.extensions().get::<Self>().is_some()
    }
}

impl IntoResponse for Cut {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Two bound sockets, not yet answering: a twin learns its own URL before it builds its routes.
#[derive(Debug)]
pub struct Listeners {
    vendor: TcpListener,
    control: TcpListener,
    /// Root of the vendor's API, without a path.
    pub url: String,
    /// Root of the control API, without a path.
    pub control_url: String,
}

impl Listeners {
    /// Binds both; port 0 takes a free one. Addresses off loopback are refused.
    pub async fn bind(vendor: SocketAddr, control: SocketAddr) -> io::Result<Self> {
        let (vendor, control) = (loopback::address(vendor)?, loopback::address(control)?);
        let (vendor, control) = (bind(vendor).await?, bind(control).await?);
        let (url, control_url) =
            (format!("http://{}", vendor.local_addr()?), format!("http://{}", control.local_addr()?));
        Ok(Self { vendor, control, url, control_url })
    }

    /// Serves both, and runs `background` beside them until the stop.
    pub fn serve(
        self,
        vendor: Router,
        control: Router,
        background: impl Future<Output = ()> + Send + 'static,
    ) -> Running {
        let (stopping, stopped, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        for (listener, router) in [(self.vendor, vendor), (self.control, control)] {
            let end = Ending { stopping: stopping.clone(), stopped: stopped.clone(), tasks: tasks.clone() };
            tasks.spawn(accept(listener, router, end));
        }
        let end = stopping.clone();
        tasks.spawn(async move { end.run_until_cancelled(background).await });
        Running { url: self.url, control_url: self.control_url, stopping, stopped, tasks }
    }
}

/// A twin that answers. Dropping it stops it at once, [`Running::stop`] gracefully.
#[derive(Debug)]
pub struct Running {
    /// Root of the vendor's API, without a path, such as `http://127.0.0.1:12111`.
    pub url: String,
    /// Root of the control API, without a path.
    pub control_url: String,
    stopping: CancellationToken,
    stopped: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Takes no more requests, finishes those in flight (two seconds at most), and returns.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            self.stopped.cancel();
            self.tasks.wait().await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.stopped.cancel();
    }
}

#[derive(Clone)]
struct Ending {
    stopping: CancellationToken,
    stopped: CancellationToken,
    tasks: TaskTracker,
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("a twin cannot listen on {address}: {error}")))
}

async fn accept(listener: TcpListener, router: Router, end: Ending) {
    while let Some(accepted) = end.stopping.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let connection = converse(stream, router.clone(), end.clone());
                end.tasks.spawn(connection);
            }
            Err(error) => {
                // Out of file descriptors, mostly: others have to close first.
                tracing::warn!(%error, "a twin cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Speaks HTTP/1.1 on one connection until it ends. hyper turns a service's error into a connection that closes
/// without an answer, which axum's own server has no word for.
async fn converse(stream: TcpStream, router: Router, end: Ending) {
    // Without it an answer waits 40 ms for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let finished = tokio::select! {
        finished = connection.as_mut() => finished,
        () = end.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match end.stopped.run_until_cancelled(connection).await {
                Some(finished) => finished,
                None => Ok(()),
            }
        }
    };
    if let Err(error) = finished {
        tracing::debug!(%error, "a twin's connection ended");
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, Cut> {
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = answered;
    if Cut::marks(&response) { Err(Cut) } else { Ok(response) }
}
