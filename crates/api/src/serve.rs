//! Answering on a socket until told to end.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::api::Api;
use crate::routes::router;

/// How long requests in hand may take once the end was asked for.
const LEFTOVERS: Duration = Duration::from_secs(5);

/// Answers on `listener` until `end` is done, then lets requests in hand come to theirs.
pub async fn serve(
    listener: TcpListener,
    api: Api,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    api.begin()?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (tell, ending) = oneshot::channel();
    let closing = api.clone();
    let serving = axum::serve(listener, router(api)).with_graceful_shutdown(async move {
        end.await;
        closing.close();
        let _ = tell.send(());
    });
    let serving = std::future::IntoFuture::into_future(serving);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended,
        _ = ending => {}
    }
    // A connection that does not end by itself is cut.
    timeout(LEFTOVERS, serving).await.unwrap_or(Ok(()))
}
