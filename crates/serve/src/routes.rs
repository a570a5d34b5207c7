//! One file a route.

pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod info;
pub(crate) mod livez;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod predict;
pub(crate) mod root;
pub(crate) mod shutdown;
