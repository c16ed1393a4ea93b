//! Path parameters. What cannot be one is answered like what does not exist.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use vocab::id::{Id, Noun};

use crate::web::error::ApiError;

/// The first path parameter as an id.
pub struct PathId<N>(pub Id<N>);

/// The first path parameter as it is.
#[derive(Debug, Clone)]
pub struct PathText(pub String);

impl<N: Noun, S: Send + Sync> FromRequestParts<S> for PathId<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let PathText(text) = PathText::from_request_parts(parts, state).await?;
        text.parse().map(PathId).map_err(|_| ApiError::not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let first = params.iter().next().map(|(_, text)| text).filter(|text| !text.contains('\0'));
        first.map(|text| Self(text.to_owned())).ok_or_else(ApiError::not_found)
    }
}
