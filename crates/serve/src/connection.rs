//! Accepting connections and seeing each one to its end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::answer::Handled;
use crate::doorway::{Doorway, Slot};
use crate::router;
use crate::shared::Shared;
use crate::stop::Phase;

/// Pause after a failed accept, which usually means that files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a connection beyond the limit is told. It never gets as far as hyper.
const CROWDED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    retry-after: 1\r\nconnection: close\r\ncontent-length: 33\r\n\r\n{\"detail\":\"too many connections\"}";

/// Proof that a connection lives: the receiving end hears when the last one is dropped.
pub(crate) type Alive = mpsc::Sender<()>;

/// Accepts until the server is told to stop, then closes the listener.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>, places: Arc<Semaphore>, alive: Alive) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shared.stop.reached(Phase::Draining) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    tokio::spawn(serve(socket, peer, Arc::clone(&shared), place, alive.clone()));
                }
                Err(_) => turn_away(&socket, peer),
            },
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One write, no wait: a fresh socket has room for it.
fn turn_away(socket: &TcpStream, peer: SocketAddr) {
    tracing::warn!("{peer}: too many connections, refused");
    let _ = socket.try_write(CROWDED);
}

async fn serve(
    socket: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    _place: OwnedSemaphorePermit,
    _alive: Alive,
) {
    // Each line is one write; without this the kernel would hold the second back for the first's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!("{peer}: no TCP_NODELAY: {error}");
    }
    let limits = shared.settings.limits.clone();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time);
    let slot = Slot::default();
    let service = service_fn({
        let shared = Arc::clone(&shared);
        let slot = slot.clone();
        // hyper calls this in the same step in which it took the head from the doorway, so a refusal in the
        // slot belongs to this request.
        move |request: Request<Incoming>| -> Pin<Box<dyn Future<Output = Handled> + Send>> {
            Box::pin(router::handle(Arc::clone(&shared), peer, slot.take(), request))
        }
    });
    let mut connection = builder.serve_connection(Doorway::new(socket, limits, slot), service);
    let ended = {
        let mut draining = false;
        let drain = shared.stop.reached(Phase::Draining);
        let close = shared.stop.reached(Phase::Closing);
        tokio::pin!(drain, close);
        loop {
            tokio::select! {
                ended = std::future::poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
                () = &mut drain, if !draining => {
                    draining = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                () = &mut close => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!("{peer}: {}", with_cause(&error));
    }
    connection.into_parts().io.close().await;
}

fn with_cause(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Opens a listening socket with room for a burst of connections.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    const BACKLOG: u32 = 1024;
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }?;
    // Elsewhere it lets a restart take the port of connections that are still fading; on Windows it would let
    // two servers share one port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
