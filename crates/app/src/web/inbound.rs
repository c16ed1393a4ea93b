//! A vendor's webhook as it came over the wire, whole, so that its signature can be checked.

use axum::{
    body::Bytes,
    extract::{FromRequest, OriginalUri, Request},
    http::{Method, header::CONTENT_TYPE},
};
use chrono::{DateTime, Utc};
use ports::InboundRequest;
use url::Url;

use super::{
    client::{Client, TrustedProxies, public_urls},
    error::{ApiError, ErrorCode},
};

/// Under which addresses vendors know us.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// `API_BASE_URL`.
    pub base: Option<Url>,
    /// The proxies whose forwarding headers are believed.
    pub trusted: TrustedProxies,
}

/// A webhook's request, owned.
#[derive(Debug, Clone)]
pub struct Webhook {
    is_post: bool,
    urls: Vec<String>,
    content_type: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Webhook {
    /// Reads the request to its end.
    pub async fn read(origin: &Origin, request: Request) -> Result<Self, ApiError> {
        let client = Client::of(request.extensions(), request.headers(), &origin.trusted);
        let uri = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().clone(), |uri| uri.0.clone());
        let urls = public_urls(origin.base.as_ref(), &origin.trusted, client.peer, request.headers(), &uri);
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let content_type = request.headers().get(CONTENT_TYPE).map(text).unwrap_or_default();
        let headers = request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let is_post = request.method() == Method::POST;
        let body = Bytes::from_request(request, &()).await.map_err(|_| {
            ApiError::new(ErrorCode::PayloadTooLarge, "The body is larger than any webhook, or did not arrive whole.")
        })?;
        Ok(Self { is_post, urls, content_type, headers, body })
    }

    /// The request as adapters read it.
    pub fn request(&self, now: DateTime<Utc>) -> InboundRequest<'_> {
        InboundRequest {
            is_post: self.is_post,
            urls: &self.urls,
            content_type: &self.content_type,
            headers: &self.headers,
            body: &self.body,
            now,
        }
    }
}
