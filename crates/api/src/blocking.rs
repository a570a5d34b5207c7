//! Work that blocks, on threads for it, a bounded number at a time.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::api::Api;
use crate::problem::Problem;

impl Api {
    /// Runs `work` where it may block. Waits while too much is going on.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // The semaphore is never closed.
        let place = Arc::clone(&self.blocking).acquire_owned().await.ok();
        let api = self.clone();
        let done = spawn_blocking(move || {
            let _place = place;
            work(&api)
        });
        done.await.unwrap_or_else(|error| {
            tracing::error!("a request broke down: {error}");
            Err(Problem::internal("the request ended by a mistake in this program"))
        })
    }
}
